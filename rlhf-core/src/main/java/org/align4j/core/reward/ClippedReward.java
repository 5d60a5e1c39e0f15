package org.align4j.core.reward;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.align4j.core.ConfigurationException;

/** A reward bounded to {@code [low, high]}. */
record ClippedReward(RewardFunction function, double low, double high) implements ComposedReward {

  ClippedReward {
    if (!(low < high)) {
      throw new ConfigurationException("bounds must be low < high, got " + low + ", " + high);
    }
  }

  @Override
  public List<String> partNames() {
    return SinglePart.of(function).partNames();
  }

  @Override
  public Map<String, double[]> parts(List<String> prompts, List<String> completions) {
    return SinglePart.of(function).parts(prompts, completions);
  }

  @Override
  public double[] combine(Map<String, double[]> parts) {
    return Arrays.stream(SinglePart.of(function).combine(parts))
        .map(reward -> Math.max(low, Math.min(high, reward)))
        .toArray();
  }
}
