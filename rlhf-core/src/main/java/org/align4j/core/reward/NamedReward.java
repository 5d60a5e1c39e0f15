package org.align4j.core.reward;

import java.util.List;
import org.align4j.core.ConfigurationException;

/**
 * A reward function under a name.
 *
 * @param name not blank
 */
record NamedReward(String name, RewardFunction function) implements RewardFunction {

  NamedReward {
    if (name.isBlank()) {
      throw new ConfigurationException("the name of a reward must not be blank");
    }
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    return function.rewards(prompts, completions);
  }
}
