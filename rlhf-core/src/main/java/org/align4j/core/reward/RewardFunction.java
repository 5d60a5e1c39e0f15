package org.align4j.core.reward;

import java.util.List;

/** Scores completions; a lambda is one. Higher is better, no fixed range. */
@FunctionalInterface
public interface RewardFunction {

  /**
   * Scores a batch.
   *
   * @param prompts one text a completion
   * @param completions the answers, in the prompts' order
   * @return one finite number a completion
   */
  double[] rewards(List<String> prompts, List<String> completions);
}
