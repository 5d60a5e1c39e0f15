package org.align4j.core.objective;

/** A loss over preference pairs, seen only through log-probabilities. */
public interface PreferenceObjective {

  /**
   * Evaluates one micro-batch.
   *
   * @param input log-probabilities of the micro-batch
   * @param counts counts of the whole optimizer step; losses and gradients of its micro-batches add
   *     up to those of one large batch
   * @return loss, gradients and metrics
   */
  PairwiseValue evaluate(PairwiseLogProbs input, PairCounts counts);

  /**
   * Evaluates a batch that is a whole step.
   *
   * @param input log-probabilities of the pairs
   * @return loss, gradients and metrics
   */
  default PairwiseValue evaluate(PairwiseLogProbs input) {
    return evaluate(input, PairCounts.of(input));
  }

  /** {@return whether {@link PairwiseLogProbs#chosenLogSumSquares} must be filled} */
  boolean needsSumSquares();

  /**
   * {@return whether the reference's log-probs must be filled; objectives without a leash say no}
   */
  default boolean needsReference() {
    return true;
  }

  /**
   * {@return whether a pair's loss depends on the other pairs of the step beyond their counts, so
   * that the sum over micro-batches is not that of the whole: trainers then evaluate a step at
   * once}
   */
  default boolean needsWholeStep() {
    return false;
  }

  /** {@return whether {@link PairwiseLogProbs#prompt} must be filled} */
  default boolean needsPrompt() {
    return false;
  }
}
