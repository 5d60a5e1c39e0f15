package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.align4j.core.run.Settings;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingTask;
import picocli.CommandLine.Mixin;

/**
 * Training on recorded rows.
 *
 * @param <E> a tokenized row
 */
abstract class OfflineTraining<E> implements Callable<Integer> {
  @Mixin ModelOptions model;
  @Mixin TrainingOptions options;
  @Mixin JsonOutput output;

  private final String name;
  private final double learningRate;

  /**
   * Names the trainer.
   *
   * @param learningRate TRL's default
   */
  OfflineTraining(String name, double learningRate) {
    this.name = name;
    this.learningRate = learningRate;
  }

  /** What a method does with rows and model, its settings read. */
  interface Method<E> {
    List<E> read(Tokenization tokenization, Path file);

    /**
     * The task to train.
     *
     * @param examples all rows, held-out ones too, for what is computed beforehand
     */
    TrainingTask<E> task(PolicyModel policy, List<E> examples, TrainingConfig config)
        throws IOException;
  }

  /**
   * Reads the method's settings; called before the model is loaded.
   *
   * @param adapter whether an adapter is trained, so that the base is still there as a reference
   */
  abstract Method<E> method(Settings settings, boolean adapter);

  @Override
  public Integer call() throws IOException {
    Settings settings = options.settings();
    TrainingConfig config = TrainingOptions.training(settings, learningRate);
    LoraConfig lora = TrainingOptions.lora(settings);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    LengthPolicy lengths = TrainingOptions.lengths(settings);
    Method<E> method = method(settings, lora != null);
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    settings.rejectUnknown();
    TrainingRun run = new TrainingRun(options, model, settings);
    PolicyModel policy = run.model(lora, config.seed(), checkpointing);
    Tokenization tokenization = new Tokenization(policy.text(), lengths, wrap);
    List<E> examples = method.read(tokenization, options.data);
    List<E> held =
        options.evalData == null ? List.of() : method.read(tokenization, options.evalData);
    List<E> all = Stream.concat(examples.stream(), held.stream()).toList();
    TrainingTask<E> task = method.task(policy, all, config);
    output.print(run.run(name, policy, task, config, examples, held));
    return 0;
  }
}
