package org.align4j.reward;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.reward.ComposedReward;
import org.align4j.core.reward.RewardFunction;

/**
 * Reward functions combined by weight: as a sum Σ w·r or as a product Π r^w.
 *
 * @param terms the functions with their weights; at least one, names differ
 * @param product whether they are multiplied; then every reward must be ≥ 0
 */
public record WeightedReward(List<Term> terms, boolean product) implements ComposedReward {

  /**
   * One part.
   *
   * @param name for metrics and messages
   */
  public record Term(String name, double weight, RewardFunction function) {}

  /** Copies the list and checks the names. */
  public WeightedReward {
    terms = List.copyOf(terms);
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("a weighted reward needs a term");
    }
    if (terms.stream().map(Term::name).distinct().count() < terms.size()) {
      throw new IllegalArgumentException(
          "reward names must differ: " + terms.stream().map(Term::name).toList());
    }
  }

  /** A weighted sum. */
  public WeightedReward(List<Term> terms) {
    this(terms, false);
  }

  @Override
  public Map<String, double[]> parts(List<String> prompts, List<String> completions) {
    RewardFunction.requirePaired(prompts, completions);
    Map<String, double[]> out = new LinkedHashMap<>();
    for (Term term : terms) {
      out.put(term.name(), checked(term, prompts, completions));
    }
    return out;
  }

  private double[] checked(Term term, List<String> prompts, List<String> completions) {
    double[] rewards = term.function().rewards(prompts, completions);
    if (rewards.length != completions.size()) {
      throw new IllegalStateException(
          "reward \""
              + term.name()
              + "\" returned "
              + rewards.length
              + " values for "
              + completions.size()
              + " completions");
    }
    for (int i = 0; i < rewards.length; i++) {
      if (!Double.isFinite(rewards[i]) || (product && rewards[i] < 0)) {
        throw new IllegalStateException(
            "reward \"" + term.name() + "\" is " + rewards[i] + " for completion " + i);
      }
    }
    return rewards;
  }

  @Override
  public double[] combine(Map<String, double[]> parts) {
    double[] out = null;
    for (Term term : terms) {
      double[] rewards = parts.get(term.name());
      if (out == null) {
        out = new double[rewards.length];
        if (product) {
          Arrays.fill(out, 1);
        }
      }
      for (int i = 0; i < out.length; i++) {
        if (product) {
          out[i] *= Math.pow(rewards[i], term.weight());
        } else {
          out[i] += term.weight() * rewards[i];
        }
      }
    }
    return out;
  }
}
