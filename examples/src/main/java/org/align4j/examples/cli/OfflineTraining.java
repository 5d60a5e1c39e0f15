package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Retention;
import org.align4j.policy.Trainer;
import org.align4j.policy.run.BestSettings;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingSettings;
import picocli.CommandLine.Mixin;

/**
 * Training on recorded rows.
 *
 * @param <D> a row
 */
abstract class OfflineTraining<D> extends Training {
  @Mixin RowOptions rows;
  @Mixin RetainOptions retain;

  private final String name;
  private final double learningRate;
  private final double dropout;
  private final Function<Path, List<D>> reader;
  private final Method<D> method;

  /**
   * A command for a trainer.
   *
   * @param learningRate TRL's default
   * @param dropout of adapters; 0 where TRL disables dropout
   * @param reader of a file of rows
   */
  OfflineTraining(
      String name,
      double learningRate,
      double dropout,
      Function<Path, List<D>> reader,
      Method<D> method) {
    this.name = name;
    this.learningRate = learningRate;
    this.dropout = dropout;
    this.reader = reader;
    this.method = method;
  }

  /**
   * Reads the method's settings before the model is loaded.
   *
   * @param <D> a row
   */
  @FunctionalInterface
  interface Method<D> {
    /**
     * What makes the trainer, once there is a model.
     *
     * @param full whether every weight is trained, so that the model has no reference in it
     */
    Function<ChatModel, Trainer<D>> read(Settings settings, boolean full);
  }

  @Override
  final Run plan(Settings settings) {
    TrainingConfig config =
        TrainingSettings.read(
            settings, rows.evaluated(settings), TrainingConfig.defaults(learningRate));
    Trained trained = Trained.read(settings, dropout, model.adapter);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    LengthPolicy lengths = TrainingSettings.lengths(settings, LengthPolicy.Mode.KEEP_START);
    Function<ChatModel, Trainer<D>> trainers = method.read(settings, trained.full());
    List<TrainingListener> best = BestSettings.read(rows.evaluated(settings));
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    Retention retention = retain.read(settings);
    return used -> {
      TrainingRun run = new TrainingRun(options, used);
      ChatModel trainable = trained.load(model, config.seed(), checkpointing);
      Trainer<D> trainer =
          trainers
              .apply(trainable)
              .named(name)
              .config(config)
              .lengths(lengths)
              .wrapStringsAsChat(wrap)
              .listen(best.toArray(TrainingListener[]::new))
              .evaluateOn(rows.evalData == null ? List.of() : reader.apply(rows.evalData));
      retain.add(trainer, retention);
      return TrainingRun.counted(lengths, run.fit(trainer, reader.apply(rows.data), trainable));
    };
  }
}
