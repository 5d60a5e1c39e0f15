package org.align4j.core.policygradient;

/** A loss over sampled completions with advantages, seen through log-probabilities. */
public interface PolicyGradientObjective {

  /**
   * Evaluates one micro-batch.
   *
   * @param counts of the whole optimizer step; losses and gradients of its micro-batches add up to
   *     those of one large batch
   */
  PolicyGradientValue evaluate(RolloutLogProbs input, RolloutCounts counts);

  /** Evaluates a batch that is a whole step. */
  default PolicyGradientValue evaluate(RolloutLogProbs input) {
    return evaluate(input, RolloutCounts.of(input.policy()));
  }

  /** Whether {@link RolloutLogProbs#reference} must be filled. */
  boolean needsReference();
}
