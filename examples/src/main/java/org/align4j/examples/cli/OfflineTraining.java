package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.run.BestSettings;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.train.LengthPolicy;
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

  abstract List<D> read(Path file);

  /**
   * Reads the method's settings; called before the model is loaded.
   *
   * @param full whether every weight is trained, so that the model has no reference in it
   */
  abstract Function<ChatModel, Trainer<D>> method(Settings settings, boolean full);

  @Override
  final Run plan(Settings settings) {
    TrainingConfig config =
        TrainingSettings.read(
            settings, rows.evaluated(settings), TrainingConfig.defaults(learningRate));
    Trained trained = Trained.read(settings, dropout, model.adapter);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    LengthPolicy lengths = TrainingSettings.lengths(settings, LengthPolicy.Mode.KEEP_START);
    Function<ChatModel, Trainer<D>> method = method(settings, trained.full());
    List<TrainingListener> best = BestSettings.read(rows.evaluated(settings));
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    return used -> {
      TrainingRun run = new TrainingRun(options, used);
      ChatModel trainable = trained.load(model, config.seed(), checkpointing);
      Trainer<D> trainer =
          method
              .apply(trainable)
              .named(name)
              .config(config)
              .lengths(lengths)
              .wrapStringsAsChat(wrap)
              .listen(best.toArray(TrainingListener[]::new))
              .evaluateOn(rows.evalData == null ? List.of() : read(rows.evalData));
      return TrainingRun.counted(lengths, run.fit(trainer, read(rows.data), trainable));
    };
  }
}
