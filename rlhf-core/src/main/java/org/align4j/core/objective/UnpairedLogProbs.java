package org.align4j.core.objective;

import java.util.List;

/**
 * Per-token log-probabilities of single completions that are each good or bad.
 *
 * @param policy policy log-probs, {@code [completion][token]}, natural log
 * @param reference the reference model's log-probs of the same tokens
 * @param desirable whether each completion is a good one
 */
public record UnpairedLogProbs(
    List<double[]> policy, List<double[]> reference, boolean[] desirable) {

  /**
   * Checks that every completion has tokens and that all sides agree on their number.
   *
   * @param policy policy log-probs, {@code [completion][token]}, natural log
   * @param reference the reference model's log-probs of the same tokens
   * @param desirable whether each completion is a good one
   */
  public UnpairedLogProbs {
    if (policy.size() != reference.size() || policy.size() != desirable.length) {
      throw new IllegalArgumentException(
          policy.size()
              + " policy rows, "
              + reference.size()
              + " reference rows and "
              + desirable.length
              + " labels; expected equal numbers");
    }
    for (int i = 0; i < policy.size(); i++) {
      if (policy.get(i).length == 0 || policy.get(i).length != reference.get(i).length) {
        throw new IllegalArgumentException(
            "completion "
                + i
                + " has "
                + policy.get(i).length
                + " policy and "
                + reference.get(i).length
                + " reference log-probs; expected as many, at least one");
      }
    }
  }

  /** {@return the number of completions} */
  public int size() {
    return policy.size();
  }
}
