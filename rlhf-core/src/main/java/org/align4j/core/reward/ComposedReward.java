package org.align4j.core.reward;

import java.util.List;
import java.util.Map;

/** A reward made of others, which can be looked at one by one. */
public interface ComposedReward extends RewardFunction {

  /**
   * What each part says, before weights.
   *
   * @return one number a completion, by the part's name, in order
   */
  Map<String, double[]> parts(List<String> prompts, List<String> completions);

  /** The reward that follows from the parts. */
  double[] combine(Map<String, double[]> parts);

  @Override
  default double[] rewards(List<String> prompts, List<String> completions) {
    return combine(parts(prompts, completions));
  }
}
