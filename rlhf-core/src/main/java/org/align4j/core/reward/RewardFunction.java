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
   * @throws IllegalArgumentException if the numbers of prompts and completions differ
   */
  double[] rewards(List<String> prompts, List<String> completions);

  /**
   * Checks the arguments of {@link #rewards}.
   *
   * @throws IllegalArgumentException if the numbers of prompts and completions differ
   */
  static void requirePaired(List<String> prompts, List<String> completions) {
    if (prompts.size() != completions.size()) {
      throw new IllegalArgumentException(
          prompts.size() + " prompts for " + completions.size() + " completions");
    }
  }
}
