package org.align4j.core.advantage;

import java.util.Arrays;
import java.util.Locale;
import org.align4j.core.ConfigurationException;

/**
 * Advantages of completions that share a prompt: the reward less a baseline that the group gives,
 * scaled. Groups stand one after another and are of equal size.
 */
public final class GroupBaseline {
  /** Keeps the division finite; TRL's value. */
  private static final double EPSILON = 1e-4;

  /** A group whose rewards differ by less is degenerate: it teaches nothing. */
  private static final double DEGENERATE = 1e-8;

  private final int groupSize;

  /** By what the difference is divided. */
  public enum Scale {
    /** The standard deviation of the group's rewards. */
    GROUP,
    /** That of all rewards. */
    BATCH,
    /** Nothing (Dr. GRPO). */
    NONE;

    /**
     * Accepts TRL's {@code scale_rewards}.
     *
     * @param name in any case
     * @return the scale
     */
    public static Scale parse(String name) {
      try {
        return valueOf(name.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(
            "scale_rewards is \"" + name + "\"; expected group, batch or none", e);
      }
    }
  }

  /**
   * Prepares for groups of a size.
   *
   * @param groupSize completions a prompt, ≥ 1
   */
  public GroupBaseline(int groupSize) {
    if (groupSize < 1) {
      throw new IllegalArgumentException("a group needs a completion, got " + groupSize);
    }
    this.groupSize = groupSize;
  }

  /**
   * {@return reward less the group's mean, over the unbiased standard deviation: GRPO}
   *
   * @param rewards group after group
   * @param scale what they are divided by
   */
  public double[] normalized(double[] rewards, Scale scale) {
    check(rewards);
    requireOthers();
    double batch = deviation(rewards, 0, rewards.length);
    double[] out = new double[rewards.length];
    for (int from = 0; from < rewards.length; from += groupSize) {
      double mean = mean(rewards, from, from + groupSize);
      double divisor =
          switch (scale) {
            case GROUP -> deviation(rewards, from, from + groupSize) + EPSILON;
            case BATCH -> batch + EPSILON;
            case NONE -> 1;
          };
      for (int i = from; i < from + groupSize; i++) {
        out[i] = (rewards[i] - mean) / divisor;
      }
    }
    return out;
  }

  /**
   * {@return reward less the mean of the others': RLOO (Ahmadian et al. 2024, arXiv 2402.14740, Eq}
   * 8).
   *
   * @param rewards group after group
   */
  public double[] leaveOneOut(double[] rewards) {
    check(rewards);
    requireOthers();
    double[] out = new double[rewards.length];
    for (int from = 0; from < rewards.length; from += groupSize) {
      double sum = mean(rewards, from, from + groupSize) * groupSize;
      for (int i = from; i < from + groupSize; i++) {
        out[i] = rewards[i] - (sum - rewards[i]) / (groupSize - 1);
      }
    }
    return out;
  }

  /**
   * {@return share of groups whose rewards are all equal}
   *
   * @param rewards group after group
   */
  public double degenerateShare(double[] rewards) {
    check(rewards);
    int degenerate = 0;
    for (int from = 0; from < rewards.length; from += groupSize) {
      degenerate += deviation(rewards, from, from + groupSize) < DEGENERATE ? 1 : 0;
    }
    return (double) degenerate * groupSize / rewards.length;
  }

  /**
   * {@return mean of the groups' standard deviations}
   *
   * @param rewards group after group
   */
  public double meanDeviation(double[] rewards) {
    check(rewards);
    double sum = 0;
    for (int from = 0; from < rewards.length; from += groupSize) {
      sum += deviation(rewards, from, from + groupSize);
    }
    return sum * groupSize / rewards.length;
  }

  /** A completion alone is its group's mean, and nothing would be learnt from it. */
  private void requireOthers() {
    if (groupSize < 2) {
      throw new ConfigurationException(
          "a group's baseline needs two completions a prompt; raise num_generations");
    }
  }

  private void check(double[] rewards) {
    if (rewards.length == 0 || rewards.length % groupSize != 0) {
      throw new IllegalArgumentException(
          rewards.length + " rewards are no whole number of groups of " + groupSize);
    }
  }

  private static double mean(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).sum() / (to - from);
  }

  /** With n - 1, as torch's std; 0 for one value. */
  private static double deviation(double[] values, int from, int to) {
    if (to - from < 2) {
      return 0;
    }
    double mean = mean(values, from, to);
    double squares = Arrays.stream(values, from, to).map(x -> (x - mean) * (x - mean)).sum();
    return Math.sqrt(squares / (to - from - 1));
  }
}
