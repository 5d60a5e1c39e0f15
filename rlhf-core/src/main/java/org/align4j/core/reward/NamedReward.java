package org.align4j.core.reward;

import java.util.List;

/**
 * A reward function under a name.
 *
 * @param name not blank
 */
record NamedReward(String name, RewardFunction function) implements RewardFunction {

  NamedReward {
    if (name.isBlank()) {
      throw new IllegalArgumentException("the name of a reward must not be blank");
    }
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    return function.rewards(prompts, completions);
  }
}
