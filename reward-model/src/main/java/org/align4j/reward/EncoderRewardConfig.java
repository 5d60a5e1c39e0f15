package org.align4j.reward;

import org.align4j.core.ConfigurationException;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.run.Settings;

/**
 * How the head of an {@link EncoderReward} is made and trained.
 *
 * @param filters filters of each width and text, &gt; 0
 * @param learningRate of Adam, &ge; 0; falls linearly to zero
 * @param epochs passes over the pairs, &gt; 0
 * @param batchSize pairs of a step, &gt; 0
 * @param dropout share of the token states' components that a step leaves out, in [0, 1)
 * @param weightDecay weight of the L2 penalty, &ge; 0
 * @param loss pairwise loss
 * @param seed of the initial weights and of the order of the pairs
 */
public record EncoderRewardConfig(
    int filters,
    double learningRate,
    int epochs,
    int batchSize,
    double dropout,
    double weightDecay,
    BradleyTerryLoss loss,
    long seed) {
  /** Settings that suit a few thousand pairs. */
  public static final EncoderRewardConfig DEFAULT =
      new EncoderRewardConfig(128, 1e-3, 10, 32, 0.5, 1e-4, new BradleyTerryLoss(0.01), 42);

  /**
   * Checks ranges.
   *
   * @param filters filters of each width and text, &gt; 0
   * @param learningRate of Adam, &ge; 0; falls linearly to zero
   * @param epochs passes over the pairs, &gt; 0
   * @param batchSize pairs of a step, &gt; 0
   * @param dropout share of the token states' components that a step leaves out, in [0, 1)
   * @param weightDecay weight of the L2 penalty, &ge; 0
   * @param loss pairwise loss
   * @param seed of the initial weights and of the order of the pairs
   */
  public EncoderRewardConfig {
    ConfigurationException.require(filters > 0, "filters must be positive, got " + filters);
    ConfigurationException.require(
        learningRate >= 0, "learning_rate must not be negative, got " + learningRate);
    ConfigurationException.require(epochs > 0, "num_train_epochs must be positive, got " + epochs);
    ConfigurationException.require(
        batchSize > 0, "per_device_train_batch_size must be positive, got " + batchSize);
    ConfigurationException.require(
        dropout >= 0 && dropout < 1, "dropout must be in [0, 1), got " + dropout);
    ConfigurationException.require(
        weightDecay >= 0, "weight_decay must not be negative, got " + weightDecay);
  }

  /**
   * {@return the same with another number of passes}
   *
   * @param value &gt; 0
   */
  public EncoderRewardConfig withEpochs(int value) {
    return new EncoderRewardConfig(
        filters, learningRate, value, batchSize, dropout, weightDecay, loss, seed);
  }

  /**
   * {@return the same with another seed}
   *
   * @param value any number
   */
  public EncoderRewardConfig withSeed(long value) {
    return new EncoderRewardConfig(
        filters, learningRate, epochs, batchSize, dropout, weightDecay, loss, value);
  }

  /** Steps of a run over so many pairs. */
  int steps(int pairs) {
    return epochs * ((pairs + batchSize - 1) / batchSize);
  }

  /**
   * {@return the settings that are given, by the names in docs/settings.md, at the defaults}
   *
   * @param settings what a user set
   */
  public static EncoderRewardConfig read(Settings settings) {
    EncoderRewardConfig defaults = DEFAULT;
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
