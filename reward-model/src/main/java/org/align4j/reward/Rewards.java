package org.align4j.reward;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import org.align4j.core.reward.RewardFunction;

/** Rule rewards, and rewards that reshape another. */
public final class Rewards {
  private static final double SMALLEST_DEVIATION = 1e-8;

  private Rewards() {}

  /** A reward of the completion alone. */
  public static RewardFunction ofCompletion(ToDoubleFunction<String> rule) {
    return (prompts, completions) -> {
      RewardFunction.requirePaired(prompts, completions);
      return completions.stream().mapToDouble(rule).toArray();
    };
  }

  /** 1 where the pattern occurs in the completion, else 0. */
  public static RewardFunction matches(Pattern pattern) {
    return ofCompletion(completion -> pattern.matcher(completion).find() ? 1 : 0);
  }

  /** 1 where the whole completion has the format, else 0. */
  public static RewardFunction format(Pattern pattern) {
    return ofCompletion(completion -> pattern.matcher(completion).matches() ? 1 : 0);
  }

  /**
   * 1 at the target length, falling linearly to 0 at none and at twice the target.
   *
   * @param words target, &gt; 0
   */
  public static RewardFunction length(int words) {
    if (words <= 0) {
      throw new IllegalArgumentException("a target length must be positive, got " + words);
    }
    return ofCompletion(
        completion -> Math.max(0, 1 - Math.abs(words(completion) - words) / (double) words));
  }

  private static int words(String text) {
    String stripped = text.strip();
    return stripped.isEmpty() ? 0 : stripped.split("\\s+").length;
  }

  /** Bounded below and above. */
  public static RewardFunction clipped(RewardFunction reward, double low, double high) {
    if (!(low < high)) {
      throw new IllegalArgumentException("bounds must be low < high, got " + low + ", " + high);
    }
    return (prompts, completions) ->
        Arrays.stream(reward.rewards(prompts, completions))
            .map(r -> Math.max(low, Math.min(high, r)))
            .toArray();
  }

  /** Mean 0 and variance 1 over each batch. */
  public static RewardFunction whitened(RewardFunction reward) {
    return (List<String> prompts, List<String> completions) -> {
      double[] raw = reward.rewards(prompts, completions);
      double mean = Arrays.stream(raw).average().orElse(0);
      double variance = Arrays.stream(raw).map(r -> (r - mean) * (r - mean)).average().orElse(0);
      double deviation = Math.max(SMALLEST_DEVIATION, Math.sqrt(variance));
      return Arrays.stream(raw).map(r -> (r - mean) / deviation).toArray();
    };
  }
}
