package org.align4j.core.reward;

import java.util.List;
import java.util.Map;

/** A reward function that is not composed, as a composed one with a single, checked part. */
record SinglePart(RewardFunction function) implements ComposedReward {

  /** Any reward function as a composed one. */
  static ComposedReward of(RewardFunction function) {
    return function instanceof ComposedReward composed ? composed : new SinglePart(function);
  }

  @Override
  public List<String> partNames() {
    return List.of(function.name());
  }

  @Override
  public Map<String, double[]> parts(List<String> prompts, List<String> completions) {
    double[] rewards = function.rewards(prompts, completions);
    if (rewards.length != completions.size()) {
      throw new IllegalStateException(
          "reward \""
              + function.name()
              + "\" returned "
              + rewards.length
              + " values for "
              + completions.size()
              + " completions");
    }
    for (int i = 0; i < rewards.length; i++) {
      if (!Double.isFinite(rewards[i])) {
        throw new IllegalStateException(
            "reward \"" + function.name() + "\" is " + rewards[i] + " for completion " + i);
      }
    }
    return Map.of(function.name(), rewards);
  }

  @Override
  public double[] combine(Map<String, double[]> parts) {
    return parts.get(function.name()).clone();
  }
}
