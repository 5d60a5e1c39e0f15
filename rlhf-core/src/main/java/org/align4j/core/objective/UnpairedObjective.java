package org.align4j.core.objective;

/** A loss over single completions that are each good or bad, seen through log-probabilities. */
public interface UnpairedObjective {

  /** Where the reward that good and bad are measured against comes from. */
  enum ReferencePoint {
    /** None: it is 0. */
    NONE,
    /**
     * β · max(0, mean log-ratio of prompts with other rows' completions): an estimate of the KL.
     */
    MISMATCHED_KL,
    /** The running mean of all rewards since training began. */
    RUNNING_MEAN
  }

  /** {@return which reference point {@link #evaluate} expects} */
  ReferencePoint referencePoint();

  /** {@return scale from log-ratios to rewards} */
  double beta();

  /**
   * Evaluates one micro-batch.
   *
   * @param input log-probabilities of the completions
   * @param referencePoint a constant, in the unit of rewards
   * @param stepCompletions completions of the whole optimizer step, &gt; 0
   * @return loss, gradients and metrics
   */
  UnpairedValue evaluate(UnpairedLogProbs input, double referencePoint, long stepCompletions);
}
