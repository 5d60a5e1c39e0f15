package org.align4j.core.reward;

import java.util.List;

/**
 * Scores completions; a lambda is one. Higher is better, no fixed range.
 *
 * <p>Rewards compose: {@code Rewards.length(40).times(0.1).plus(1, model).clip(-2, 2)}. A composed
 * reward keeps its parts apart, so that training logs each by its {@link #name}.
 */
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
   * @param prompts one a completion
   * @param completions as many
   * @throws IllegalArgumentException if the numbers of prompts and completions differ
   */
  static void requirePaired(List<String> prompts, List<String> completions) {
    if (prompts.size() != completions.size()) {
      throw new IllegalArgumentException(
          prompts.size() + " prompts for " + completions.size() + " completions");
    }
  }

  /**
   * {@return the name in metrics ({@code rewards/NAME/mean}) and messages; {@link #named} changes
   * it}
   */
  default String name() {
    return "reward";
  }

  /**
   * {@return the same reward under another name} A composed reward becomes a single part by it.
   *
   * @param name not blank
   */
  default RewardFunction named(String name) {
    return new NamedReward(name, this);
  }

  /**
   * {@return the sum {@code this + weight · other}}
   *
   * @param weight finite; may be negative
   * @param other the second term
   * @throws IllegalArgumentException if a part of one has the name of a part of the other
   */
  default ComposedReward plus(double weight, RewardFunction other) {
    return WeightedReward.sum(
        new WeightedReward.Term(1, this), new WeightedReward.Term(weight, other));
  }

  /**
   * {@return the product {@code weight · this}}
   *
   * @param weight finite; may be negative
   */
  default ComposedReward times(double weight) {
    return WeightedReward.sum(new WeightedReward.Term(weight, this));
  }

  /**
   * {@return the reward bounded to {@code [low, high]}; its parts are logged as they are without
   * bounds}
   *
   * @param low smallest reward, below {@code high}
   * @param high largest reward
   * @throws IllegalArgumentException unless low &lt; high
   */
  default ComposedReward clip(double low, double high) {
    return new ClippedReward(this, low, high);
  }
}
