package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

/**
 * How a gate is built into a model's weights.
 *
 * @param layer whose feed-forward block reads the prompt, from 0; the next one acts. -1 = 17 of 30,
 *     rounded, of however many the model has
 * @param penalty λ of the ridge regressions, &gt; 0
 * @param harmfulRate share of the harmful requests that is refused out of fold, in (0, 1]; chooses
 *     the threshold
 * @param folds of the cross-validation, &ge; 2
 * @param calibration requests that the second layer's reading is calibrated on
 * @param refusal what a refused request is answered; its first token is what the gate writes
 */
public record NeuronGateConfig(
    int layer, double penalty, double harmfulRate, int folds, int calibration, String refusal) {
  private static final double LAYER_SHARE = 17 / 30.0;

  /**
   * Checks ranges.
   *
   * @param layer whose feed-forward block reads the prompt, from 0; the next one acts. -1 = 17 of
   *     30, rounded, of however many the model has
   * @param penalty λ of the ridge regressions, &gt; 0
   * @param harmfulRate share of the harmful requests that is refused out of fold, in (0, 1];
   *     chooses the threshold
   * @param folds of the cross-validation, &ge; 2
   * @param calibration requests that the second layer's reading is calibrated on
   * @param refusal what a refused request is answered; its first token is what the gate writes
   * @throws org.align4j.core.ConfigurationException names what is out of its range
   */
  public NeuronGateConfig {
    require(layer >= -1, "layer must be -1 or more, got " + layer);
    require(penalty > 0, "penalty must be positive, got " + penalty);
    require(
        harmfulRate > 0 && harmfulRate <= 1, "harmful_rate must be in (0, 1], got " + harmfulRate);
    require(folds >= 2, "folds must be at least 2, got " + folds);
    require(calibration > 0, "calibration must be positive, got " + calibration);
    require(!refusal.isBlank(), "the refusal must not be blank");
  }

  /**
   * The middle of the model, penalty 1000, rate 0.84, five folds, 300 requests of calibration.
   *
   * @param refusal what a refused request is answered
   * @return the configuration
   */
  public static NeuronGateConfig of(String refusal) {
    return new NeuronGateConfig(-1, 1000, 0.84, 5, 300, refusal);
  }

  /**
   * {@return the same with the threshold chosen for another rate}
   *
   * @param other share of the harmful requests, in (0, 1]
   */
  public NeuronGateConfig withHarmfulRate(double other) {
    return new NeuronGateConfig(layer, penalty, other, folds, calibration, refusal);
  }

  /**
   * {@return the same at another layer}
   *
   * @param other from 0; -1 = 17 of 30, rounded
   */
  public NeuronGateConfig withLayer(int other) {
    return new NeuronGateConfig(other, penalty, harmfulRate, folds, calibration, refusal);
  }

  /**
   * {@return the layer, from 0, whose feed-forward block reads the prompt in a model of so many;
   * above the acting one there must be one that learns to refuse}
   *
   * @param layers of the model
   * @throws org.align4j.core.ConfigurationException if the layer is not among the first {@code
   *     layers} - 2, or if there are fewer than three layers
   */
  public int layerOf(int layers) {
    int chosen = layer >= 0 ? layer : (int) Math.round(LAYER_SHARE * layers);
    int last = layers - 3;
    require(
        layer < 0 || layer <= last,
        "layer is %d; of a model of %d layers it is at most %d".formatted(layer, layers, last));
    require(last >= 0, "a gate needs a model of at least 3 layers; this one has " + layers);
    return Math.min(chosen, last);
  }
}
