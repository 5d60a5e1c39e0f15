package org.align4j.core.reward;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.ConfigurationException;

/**
 * Reward functions combined by weight. The parts of a term that is composed itself are parts of
 * this reward, under their own names.
 *
 * @param terms at least one; the names of all parts differ
 * @param combination how they are combined
 */
public record WeightedReward(List<Term> terms, Combination combination) implements ComposedReward {

  /** How rewards r become one, by weights w. */
  public enum Combination {
    /** Σ w·r. */
    SUM,
    /** Π r^w; every r must be ≥ 0. */
    PRODUCT
  }

  /**
   * A function with its weight.
   *
   * @param weight finite
   * @param function what is weighted
   */
  public record Term(double weight, RewardFunction function) {
    /**
     * Checks the weight.
     *
     * @param weight finite
     * @param function what is weighted
     */
    public Term {
      if (!Double.isFinite(weight)) {
        throw new ConfigurationException(
            "the weight of reward \"" + function.name() + "\" must be finite, got " + weight);
      }
    }

    private ComposedReward composed() {
      return SinglePart.of(function);
    }
  }

  /**
   * Copies the list and checks the names.
   *
   * @param terms at least one; the names of all parts differ
   * @param combination how they are combined
   */
  public WeightedReward {
    terms = List.copyOf(terms);
    if (terms.isEmpty()) {
      throw new ConfigurationException("a weighted reward needs a term");
    }
    List<String> names = names(terms);
    if (names.stream().distinct().count() < names.size()) {
      throw new ConfigurationException(
          "reward names must differ: " + names + "; give one another name with named(...)");
    }
  }

  /**
   * {@return a weighted sum}
   *
   * @param terms at least one; names of parts differ
   */
  public static WeightedReward sum(Term... terms) {
    return new WeightedReward(List.of(terms), Combination.SUM);
  }

  /**
   * {@return a weighted product}
   *
   * @param terms at least one; names of parts differ
   */
  public static WeightedReward product(Term... terms) {
    return new WeightedReward(List.of(terms), Combination.PRODUCT);
  }

  private static List<String> names(List<Term> terms) {
    return terms.stream().flatMap(term -> term.composed().partNames().stream()).toList();
  }

  @Override
  public List<String> partNames() {
    return names(terms);
  }

  @Override
  public Map<String, double[]> parts(List<String> prompts, List<String> completions) {
    Map<String, double[]> out = new LinkedHashMap<>();
    terms.forEach(term -> out.putAll(term.composed().parts(prompts, completions)));
    return out;
  }

  @Override
  public double[] combine(Map<String, double[]> parts) {
    double[] out = null;
    for (Term term : terms) {
      double[] rewards = term.composed().combine(parts);
      if (out == null) {
        out = new double[rewards.length];
        Arrays.fill(out, combination == Combination.PRODUCT ? 1 : 0);
      }
      for (int i = 0; i < out.length; i++) {
        out[i] =
            combination == Combination.PRODUCT
                ? out[i] * power(term, rewards[i], i)
                : out[i] + term.weight() * rewards[i];
      }
    }
    return out;
  }

  private static double power(Term term, double reward, int completion) {
    if (reward < 0) {
      throw new IllegalStateException(
          "reward \""
              + term.function().name()
              + "\" is "
              + reward
              + " for completion "
              + completion
              + "; a product needs rewards of at least 0");
    }
    return Math.pow(reward, term.weight());
  }
}
