package org.align4j.examples.cli;

import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.run.Settings;
import org.align4j.reward.EncoderRewardConfig;

/** The settings of {@code train reward --kind encoder}. */
final class EncoderRewardSettings {
  private EncoderRewardSettings() {}

  /** Reads every setting; what is not set has the library's default. */
  static EncoderRewardConfig read(Settings settings) {
    EncoderRewardConfig defaults = EncoderRewardConfig.DEFAULT;
    return new EncoderRewardConfig(
        settings.integer("filters", defaults.filters()),
        settings.number("learning_rate", defaults.learningRate()),
        settings.integer("num_train_epochs", defaults.epochs()),
        settings.integer("per_device_train_batch_size", defaults.batchSize()),
        settings.number("dropout", defaults.dropout()),
        settings.number("weight_decay", defaults.weightDecay()),
        new BradleyTerryLoss(
            settings.number("center_rewards_coefficient", defaults.loss().centering())),
        settings.integer("seed", (int) defaults.seed()));
  }
}
