package org.align4j.core.reward;

import java.util.List;
import java.util.Map;

/** A reward made of others, which can be looked at one by one. */
public interface ComposedReward extends RewardFunction {

  /** {@return the names of the parts; all differ} */
  List<String> partNames();

  /**
   * The rewards of each part, before weights and bounds.
   *
   * @param prompts one a completion
   * @param completions as many
   * @return one number a completion, by the part's name, in the order of {@link #partNames}
   */
  Map<String, double[]> parts(List<String> prompts, List<String> completions);

  /**
   * {@return the reward that follows from the parts; a new array}
   *
   * @param parts what {@link #parts} gave; not changed
   */
  double[] combine(Map<String, double[]> parts);

  @Override
  default double[] rewards(List<String> prompts, List<String> completions) {
    return combine(parts(prompts, completions));
  }
}
