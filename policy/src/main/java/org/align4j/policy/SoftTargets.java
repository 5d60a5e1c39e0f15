package org.align4j.policy;

import static org.align4j.core.ConfigurationException.require;

import java.util.List;
import org.align4j.core.distillation.SoftTargetLoss;

/**
 * How a trainer learns soft targets: the binary cross-entropy between each row's target and the
 * probability that the answer begins with one of some tokens is added to the loss ({@link
 * Trainer#softTargets}).
 *
 * @param tokens ids of the tokens, such as {@link ChatModel#firstTokens} of refusals
 * @param weight of the mean cross-entropy in the loss, &gt; 0
 * @param batchSize rows of a step, &ge; 1
 */
public record SoftTargets(List<Integer> tokens, double weight, int batchSize) {

  /**
   * Checks ranges.
   *
   * @param tokens ids of the tokens, such as {@link ChatModel#firstTokens} of refusals
   * @param weight of the mean cross-entropy in the loss, &gt; 0
   * @param batchSize rows of a step, &ge; 1
   * @throws org.align4j.core.ConfigurationException if there are no tokens or a number is out of
   *     its range
   */
  public SoftTargets {
    tokens = List.copyOf(tokens);
    require(!tokens.isEmpty(), "soft targets need at least one token id");
    require(weight > 0, "the weight of soft targets must be positive, got " + weight);
    require(batchSize > 0, "the batch size of soft targets must be positive, got " + batchSize);
  }

  /**
   * {@return a builder that starts from weight 1 and eight rows a step}
   *
   * @param tokens ids of the tokens, at least one
   */
  public static Builder builder(List<Integer> tokens) {
    return new Builder(tokens);
  }

  /**
   * The loss.
   *
   * @throws org.align4j.core.ConfigurationException if the model lacks one of the tokens
   */
  static SoftTargetLoss loss(ChatModel model, List<Integer> tokens) {
    SoftTargetLoss loss = new SoftTargetLoss(tokens);
    loss.requireWithin(model.network().config().vocabulary());
    return loss;
  }

  /** Options by name. */
  public static final class Builder {
    private final List<Integer> tokens;
    private double weight = 1;
    private int batchSize = 8;

    private Builder(List<Integer> tokens) {
      this.tokens = tokens;
    }

    /**
     * Sets the weight of the mean cross-entropy in the loss.
     *
     * @param value &gt; 0
     * @return this builder
     */
    public Builder weight(double value) {
      weight = value;
      return this;
    }

    /**
     * Sets how many rows a step takes.
     *
     * @param value &ge; 1
     * @return this builder
     */
    public Builder batchSize(int value) {
      batchSize = value;
      return this;
    }

    /**
     * {@return the options}
     *
     * @throws org.align4j.core.ConfigurationException if there are no tokens or a number is out of
     *     its range
     */
    public SoftTargets build() {
      return new SoftTargets(tokens, weight, batchSize);
    }
  }
}
