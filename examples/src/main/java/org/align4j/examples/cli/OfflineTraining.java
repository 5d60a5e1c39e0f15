package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.core.run.Settings;
import org.align4j.policy.format.PolicyModel;
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
abstract class OfflineTraining<E> extends Training {
  @Mixin RowOptions rows;

  private final String name;
  private final double learningRate;
  private final double dropout;

  /**
   * Names the trainer.
   *
   * @param learningRate TRL's default
   * @param dropout of adapters; 0 where TRL disables dropout
   */
  OfflineTraining(String name, double learningRate, double dropout) {
    this.name = name;
    this.learningRate = learningRate;
    this.dropout = dropout;
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
   * @param full whether every weight is trained, so that the model has no reference in it
   */
  abstract Method<E> method(Settings settings, boolean full);

  @Override
  final Run plan(Settings settings) {
    TrainingConfig config = TrainingOptions.training(settings, learningRate, rows.evalData);
    Trained trained = Trained.read(settings, dropout, model.adapter);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    LengthPolicy lengths = TrainingOptions.lengths(settings, LengthPolicy.Mode.KEEP_START);
    Method<E> method = method(settings, trained.full());
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    return used -> {
      TrainingRun run = new TrainingRun(options, model, used);
      PolicyModel policy = run.model(trained, config.seed(), checkpointing);
      Tokenization tokenization = new Tokenization(policy.text(), lengths, wrap);
      List<E> examples = method.read(tokenization, rows.data);
      List<E> held = rows.evalData == null ? List.of() : method.read(tokenization, rows.evalData);
      List<E> all = Stream.concat(examples.stream(), held.stream()).toList();
      TrainingTask<E> task = method.task(policy, all, config);
      return TrainingRun.counted(lengths, run.run(name, policy, task, config, examples, held));
    };
  }
}
