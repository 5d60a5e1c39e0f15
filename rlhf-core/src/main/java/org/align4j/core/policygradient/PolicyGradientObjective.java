package org.align4j.core.policygradient;

/** A loss over sampled completions with advantages, seen through log-probabilities. */
public interface PolicyGradientObjective {

  /**
   * Evaluates one micro-batch.
   *
   * @param input log-probabilities and advantages of the completions
   * @param counts of the whole optimizer step; losses and gradients of its micro-batches add up to
   *     those of one large batch
   * @return loss, gradients and metrics
   */
  PolicyGradientValue evaluate(RolloutLogProbs input, RolloutCounts counts);

  /**
   * Evaluates a batch that is a whole step.
   *
   * @param input log-probabilities and advantages of the completions
   * @return loss, gradients and metrics
   */
  default PolicyGradientValue evaluate(RolloutLogProbs input) {
    return evaluate(input, RolloutCounts.of(input.policy()));
  }

  /**
   * {@return whether a completion's loss depends on the others of the step beyond their counts, so
   * that trainers must evaluate a step at once}
   */
  default boolean needsWholeStep() {
    return false;
  }

  /** {@return whether {@link RolloutLogProbs#reference} must be filled} */
  boolean needsReference();
}
