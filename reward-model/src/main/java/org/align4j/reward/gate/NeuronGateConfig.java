package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

import org.align4j.policy.edit.AttentionEdits;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.ModelConfig;

/**
 * How a gate is built into a model's weights.
 *
 * @param layer whose feed-forward block reads the prompt, from 0; the next one acts. -1 = 17 of 30,
 *     rounded, of however many the model has
 * @param heads attention heads of that layer that read the whole prompt. 0 = the gate reads the
 *     prompt's end alone; -1 = as many as share a key/value head (3 in SmolLM2), at most 4, and 0
 *     where attention has biases, which an adapter does not reach (Qwen2)
 * @param harmfulRate share of the harmful requests that is refused out of fold, in (0, 1]; chooses
 *     the threshold
 * @param folds of the cross-validation, &ge; 2
 * @param calibration requests that the second layer's reading is calibrated on
 * @param refusal what a refused request is answered; its first token is what the gate writes
 * @param seed of the heads' training
 */
public record NeuronGateConfig(
    int layer,
    int heads,
    double harmfulRate,
    int folds,
    int calibration,
    String refusal,
    long seed) {
  private static final int MOST_HEADS = 4;
  private static final double LAYER_SHARE = 17 / 30.0;

  /**
   * Checks ranges.
   *
   * @param layer whose feed-forward block reads the prompt, from 0; the next one acts. -1 = 17 of
   *     30, rounded, of however many the model has
   * @param heads attention heads of that layer that read the whole prompt. 0 = the gate reads the
   *     prompt's end alone; -1 = as many as share a key/value head (3 in SmolLM2), at most 4, and 0
   *     where attention has biases, which an adapter does not reach (Qwen2)
   * @param harmfulRate share of the harmful requests that is refused out of fold, in (0, 1];
   *     chooses the threshold
   * @param folds of the cross-validation, &ge; 2
   * @param calibration requests that the second layer's reading is calibrated on
   * @param refusal what a refused request is answered; its first token is what the gate writes
   * @param seed of the heads' training
   * @throws org.align4j.core.ConfigurationException names what is out of its range
   */
  public NeuronGateConfig {
    require(layer >= -1, "layer must be -1 or more, got " + layer);
    require(heads >= -1, "heads must be -1 or more, got " + heads);
    require(
        harmfulRate > 0 && harmfulRate <= 1, "harmful_rate must be in (0, 1], got " + harmfulRate);
    require(folds >= 2, "folds must be at least 2, got " + folds);
    require(calibration > 0, "calibration must be positive, got " + calibration);
    require(!refusal.isBlank(), "the refusal must not be blank");
  }

  /**
   * The middle of the model, heads of one group, rate 0.885, five folds, 300 requests of
   * calibration, seed 7.
   *
   * @param refusal what a refused request is answered
   * @return the configuration
   */
  public static NeuronGateConfig of(String refusal) {
    return new NeuronGateConfig(-1, -1, 0.885, 5, 300, refusal, 7);
  }

  /**
   * {@return the same with the threshold chosen for another rate}
   *
   * @param other share of the harmful requests, in (0, 1]
   */
  public NeuronGateConfig withHarmfulRate(double other) {
    return new NeuronGateConfig(layer, heads, other, folds, calibration, refusal, seed);
  }

  /**
   * {@return the same at another layer}
   *
   * @param other from 0; -1 = 17 of 30, rounded
   */
  public NeuronGateConfig withLayer(int other) {
    return new NeuronGateConfig(other, heads, harmfulRate, folds, calibration, refusal, seed);
  }

  /**
   * {@return the same with another number of heads}
   *
   * @param other 0 = none; -1 = as many as share a key/value head, where attention has no biases
   */
  public NeuronGateConfig withHeads(int other) {
    return new NeuronGateConfig(layer, other, harmfulRate, folds, calibration, refusal, seed);
  }

  /**
   * {@return the same with another seed}
   *
   * @param other of the heads' training
   */
  public NeuronGateConfig withSeed(long other) {
    return new NeuronGateConfig(layer, heads, harmfulRate, folds, calibration, refusal, other);
  }

  /**
   * {@return an adapter's configuration with the ranks that the gate needs, from its layer on}
   *
   * @param lora of a rank of at least twice the number of groups
   * @param config of the model
   * @param groups of harmless requests
   * @throws org.align4j.core.ConfigurationException if the model has no such heads or layers
   */
  public LoraConfig withRoom(LoraConfig lora, ModelConfig config, int groups) {
    int from = layerOf(config.layers());
    LoraConfig above = lora.fromLayer(from);
    int taken = headsOf(config);
    return taken == 0 ? above : AttentionEdits.withRoom(above, config, from, taken, groups);
  }

  /**
   * {@return how many attention heads the gate takes in a model}
   *
   * @param config of the model
   */
  public int headsOf(ModelConfig config) {
    if (heads >= 0) {
      return heads;
    }
    boolean biased = config.biases().qkv() || config.biases().output();
    return biased ? 0 : Math.min(MOST_HEADS, config.heads() / config.kvHeads());
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
