package org.align4j.reward;

import java.util.List;
import org.align4j.core.reward.RewardFunction;

/**
 * A weighted sum of reward functions.
 *
 * @param terms the functions with their weights; at least one
 */
public record WeightedReward(List<Term> terms) implements RewardFunction {

  /**
   * One summand.
   *
   * @param name for messages
   */
  public record Term(String name, double weight, RewardFunction function) {}

  /** Copies the list. */
  public WeightedReward {
    terms = List.copyOf(terms);
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("a weighted reward needs a term");
    }
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    double[] out = new double[completions.size()];
    for (Term term : terms) {
      double[] rewards = term.function().rewards(prompts, completions);
      if (rewards.length != out.length) {
        throw new IllegalStateException(
            "reward \""
                + term.name()
                + "\" returned "
                + rewards.length
                + " values for "
                + out.length
                + " completions");
      }
      for (int i = 0; i < out.length; i++) {
        if (!Double.isFinite(rewards[i])) {
          throw new IllegalStateException(
              "reward \"" + term.name() + "\" is " + rewards[i] + " for completion " + i);
        }
        out[i] += term.weight() * rewards[i];
      }
    }
    return out;
  }
}
