package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

import java.util.OptionalDouble;

/**
 * How a gate is fitted.
 *
 * @param layer layers whose output is read; 0 = 16 of 30, rounded, of however many the model has
 * @param penalty λ of the ridge regression, &gt; 0
 * @param lookAlikeShare share of the harmless side's weight that look-alikes have; ordinary
 *     requests have the rest; in [0, 1]
 * @param harmfulRate share of the held-out harmful requests that must be refused, in (0, 1];
 *     chooses the threshold
 * @param threshold the threshold, if it is not to be chosen
 * @param refusal what a refused request is answered
 */
public record GateConfig(
    int layer,
    double penalty,
    double lookAlikeShare,
    double harmfulRate,
    OptionalDouble threshold,
    String refusal) {
  private static final double LAYER_SHARE = 16 / 30.0;
  private static final double PENALTY = 3000;
  private static final double LOOK_ALIKE_SHARE = 0.9;
  private static final double HARMFUL_RATE = 0.95;
  private static final String REFUSAL = "I'm sorry, but I can't help with that.";

  /**
   * Checks ranges.
   *
   * @param layer layers whose output is read; 0 = 16 of 30, rounded, of however many the model has
   * @param penalty λ of the ridge regression, &gt; 0
   * @param lookAlikeShare share of the harmless side's weight that look-alikes have; ordinary
   *     requests have the rest; in [0, 1]
   * @param harmfulRate share of the held-out harmful requests that must be refused, in (0, 1];
   *     chooses the threshold
   * @param threshold the threshold, if it is not to be chosen
   * @param refusal what a refused request is answered
   * @throws org.align4j.core.ConfigurationException names what is out of its range
   */
  public GateConfig {
    require(layer >= 0, "layer must not be negative, got " + layer);
    require(penalty > 0, "penalty must be positive, got " + penalty);
    require(
        lookAlikeShare >= 0 && lookAlikeShare <= 1,
        "look_alike_share must be in [0, 1], got " + lookAlikeShare);
    require(
        harmfulRate > 0 && harmfulRate <= 1, "harmful_rate must be in (0, 1], got " + harmfulRate);
    require(!refusal.isBlank(), "the refusal must not be blank");
  }

  /**
   * {@return the defaults: the middle of the model, penalty 3000, share 0.9, rate 0.95 and "I'm
   * sorry, but I can't help with that."}
   */
  public static GateConfig defaults() {
    return new GateConfig(
        0, PENALTY, LOOK_ALIKE_SHARE, HARMFUL_RATE, OptionalDouble.empty(), REFUSAL);
  }

  /**
   * {@return the same at another layer}
   *
   * @param other layers whose output is read, &ge; 0; 0 = the middle of the model
   */
  public GateConfig withLayer(int other) {
    return new GateConfig(other, penalty, lookAlikeShare, harmfulRate, threshold, refusal);
  }

  /**
   * {@return the same with another penalty}
   *
   * @param other λ, &gt; 0
   */
  public GateConfig withPenalty(double other) {
    return new GateConfig(layer, other, lookAlikeShare, harmfulRate, threshold, refusal);
  }

  /**
   * {@return the same with another weight of look-alikes}
   *
   * @param other share of the harmless side's weight, in [0, 1]
   */
  public GateConfig withLookAlikeShare(double other) {
    return new GateConfig(layer, penalty, other, harmfulRate, threshold, refusal);
  }

  /**
   * {@return the same with the threshold chosen for another rate, in place of a given one}
   *
   * @param other share of the held-out harmful requests, in (0, 1]
   */
  public GateConfig withHarmfulRate(double other) {
    return new GateConfig(layer, penalty, lookAlikeShare, other, OptionalDouble.empty(), refusal);
  }

  /**
   * {@return the same with a given threshold; the rate then chooses nothing}
   *
   * @param given scores from here on are refused
   */
  public GateConfig withThreshold(double given) {
    return new GateConfig(
        layer, penalty, lookAlikeShare, harmfulRate, OptionalDouble.of(given), refusal);
  }

  /**
   * {@return the same with another answer to refused requests}
   *
   * @param other must not be blank
   */
  public GateConfig withRefusal(String other) {
    return new GateConfig(layer, penalty, lookAlikeShare, harmfulRate, threshold, other);
  }

  /** The layer in a model of so many. */
  int layerOf(int layers) {
    require(layer <= layers, "layer is " + layer + ", but the model has " + layers);
    return layer > 0 ? layer : Math.max(1, (int) Math.round(LAYER_SHARE * layers));
  }
}
