package org.align4j.policy;

import static org.align4j.core.ConfigurationException.require;

import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.core.run.Settings;

/**
 * How a trainer retains what a model says: the divergence of its next-token distributions from
 * those that it had when training started is added to the loss ({@link Trainer#retain}).
 *
 * @param weight of the mean divergence in the loss, &gt; 0
 * @param temperature what both models' logits are divided by, &gt; 0
 * @param beta 0 = KL(reference ‖ policy), 1 = KL(policy ‖ reference), between them the generalised
 *     Jensen-Shannon divergence ({@link GeneralizedJsd})
 * @param batchSize prompts of a step, &ge; 1
 * @param tokens distributions of a prompt, &ge; 1: after the prompt, and after the first tokens of
 *     the reference's own greedy answer
 */
public record Retention(double weight, double temperature, double beta, int batchSize, int tokens) {

  /**
   * Checks ranges.
   *
   * @param weight of the mean divergence in the loss, &gt; 0
   * @param temperature what both models' logits are divided by, &gt; 0
   * @param beta 0 = KL(reference ‖ policy), 1 = KL(policy ‖ reference), between them the
   *     generalised Jensen-Shannon divergence ({@link GeneralizedJsd})
   * @param batchSize prompts of a step, &ge; 1
   * @param tokens distributions of a prompt, &ge; 1: after the prompt, and after the first tokens
   *     of the reference's own greedy answer
   * @throws org.align4j.core.ConfigurationException names the setting that is out of its range
   */
  public Retention {
    require(weight > 0, "retention_weight must be positive, got " + weight);
    require(temperature > 0, "retention_temperature must be positive, got " + temperature);
    require(beta >= 0 && beta <= 1, "retention_beta must be in [0, 1], got " + beta);
    require(batchSize > 0, "retention_batch_size must be positive, got " + batchSize);
    require(tokens > 0, "retention_tokens must be positive, got " + tokens);
  }

  /**
   * {@return the defaults: weight 1, the forward KL at temperature 1, eight prompts a step, the
   * first token alone}
   */
  public static Retention defaults() {
    return new Builder().build();
  }

  /** {@return a builder that starts from {@link #defaults}} */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * {@return the defaults with the settings that are given; keys as in docs/settings.md}
   *
   * @param settings {@code retention_weight}, {@code retention_temperature}, {@code
   *     retention_beta}, {@code retention_batch_size} and {@code retention_tokens}, each of which
   *     may be absent
   */
  public static Retention read(Settings settings) {
    Retention absent = defaults();
    return new Retention(
        settings.number("retention_weight", absent.weight),
        settings.number("retention_temperature", absent.temperature),
        settings.number("retention_beta", absent.beta),
        settings.integer("retention_batch_size", absent.batchSize),
        settings.integer("retention_tokens", absent.tokens));
  }

  VocabularyDivergence divergence() {
    return new GeneralizedJsd(beta, temperature, 0);
  }

  /** Options by name. */
  public static final class Builder {
    private double weight = 1;
    private double temperature = 1;
    private double beta;
    private int batchSize = 8;
    private int tokens = 1;

    private Builder() {}

    /**
     * Sets the weight of the mean divergence in the loss.
     *
     * @param value &gt; 0
     * @return this builder
     */
    public Builder weight(double value) {
      weight = value;
      return this;
    }

    /**
     * Sets what both models' logits are divided by.
     *
     * @param value &gt; 0
     * @return this builder
     */
    public Builder temperature(double value) {
      temperature = value;
      return this;
    }

    /**
     * Sets the direction: 0 = KL(reference ‖ policy), 1 = KL(policy ‖ reference).
     *
     * @param value in [0, 1]
     * @return this builder
     */
    public Builder beta(double value) {
      beta = value;
      return this;
    }

    /**
     * Sets how many prompts a step takes.
     *
     * @param value &ge; 1
     * @return this builder
     */
    public Builder batchSize(int value) {
      batchSize = value;
      return this;
    }

    /**
     * Sets how many distributions of a prompt count.
     *
     * @param value &ge; 1
     * @return this builder
     */
    public Builder tokens(int value) {
      tokens = value;
      return this;
    }

    /**
     * {@return the options}
     *
     * @throws org.align4j.core.ConfigurationException names the one that is out of its range
     */
    public Retention build() {
      return new Retention(weight, temperature, beta, batchSize, tokens);
    }
  }
}
