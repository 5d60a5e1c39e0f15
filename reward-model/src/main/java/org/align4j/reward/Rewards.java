package org.align4j.reward;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import org.align4j.core.ConfigurationException;
import org.align4j.core.distillation.Teacher;
import org.align4j.core.refusal.RefusalDetector;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.ChatModel;
import org.align4j.policy.format.PolicyModel;
import org.align4j.reward.teacher.RefusalAgreement;
import org.align4j.reward.teacher.TeacherLikelihood;

/**
 * The rewards that come with align4j. A {@link RewardModel} is a reward by itself, and so is a
 * lambda; {@link RewardFunction} composes them.
 *
 * <pre>{@code
 * Rewards.likelihood(teacher).plus(0.1, Rewards.length(40)).clip(-5, 5)
 * }</pre>
 */
public final class Rewards {
  private static final double SMALLEST_DEVIATION = 1e-8;

  private Rewards() {}

  /**
   * {@return a reward of the completion alone}
   *
   * @param rule reward of a completion's text
   */
  public static RewardFunction ofCompletion(ToDoubleFunction<String> rule) {
    return (prompts, completions) -> {
      RewardFunction.requirePaired(prompts, completions);
      return completions.stream().mapToDouble(rule).toArray();
    };
  }

  /**
   * {@return {@code regex}: 1 where the pattern occurs in the completion, else 0}
   *
   * @param pattern may occur anywhere
   */
  public static RewardFunction matches(Pattern pattern) {
    return ofCompletion(completion -> pattern.matcher(completion).find() ? 1 : 0).named("regex");
  }

  /**
   * {@return {@code format}: 1 where the whole completion matches the pattern, else 0}
   *
   * @param pattern of the whole completion
   */
  public static RewardFunction format(Pattern pattern) {
    return ofCompletion(completion -> pattern.matcher(completion).matches() ? 1 : 0)
        .named("format");
  }

  /**
   * {@return {@code length}: max(0, 1 - |n - target| / target) for a completion of n words: 1 at
   * the target, 0 for no words and for twice the target or more}
   *
   * @param target in words, &gt; 0
   */
  public static RewardFunction length(int target) {
    if (target <= 0) {
      throw new ConfigurationException("a target length must be positive, got " + target);
    }
    return ofCompletion(
            completion -> Math.max(0, 1 - Math.abs(words(completion) - target) / (double) target))
        .named("length");
  }

  private static int words(String text) {
    String stripped = text.strip();
    return stripped.isEmpty() ? 0 : stripped.split("\\s+").length;
  }

  /**
   * {@return {@code refusal}: 1 for refusing a harmful prompt and for answering a harmless one,
   * else -1}
   *
   * @param harmful tells whether a prompt asks for harm
   */
  public static RewardFunction refusal(Predicate<String> harmful) {
    return new RefusalReward(harmful);
  }

  /**
   * {@return {@code refusal} for training under a constraint on refusals of harmless prompts: 1 for
   * refusing a harmful prompt, else -1; 0 for harmless ones}
   *
   * @param harmful tells whether a prompt asks for harm
   */
  public static RewardFunction harmfulRefusal(Predicate<String> harmful) {
    return new HarmfulRefusalReward(harmful);
  }

  /** {@return {@code refused}: 1 where a completion refuses, at least in part, else 0; a cost} */
  public static RewardFunction refused() {
    RefusalDetector detector = new RefusalDetector();
    return ofCompletion(completion -> detector.judge(completion).pattern().refused() ? 1 : 0)
        .named("refused");
  }

  /**
   * {@return {@code likelihood}: the mean log-probability that a teacher gives a completion's
   * tokens, in nats} {@link TeacherLikelihood} has sums, a system prompt and the student as its own
   * teacher.
   *
   * @param teacher stays open while the reward is in use
   */
  public static TeacherLikelihood likelihood(PolicyModel teacher) {
    return TeacherLikelihood.of(teacher);
  }

  /**
   * {@return the same for a chat model}
   *
   * @param teacher stays open while the reward is in use
   */
  public static TeacherLikelihood likelihood(ChatModel teacher) {
    return likelihood(teacher.parts());
  }

  /**
   * {@return {@code agreement}: 1 where a completion refuses exactly if the teacher's answer does,
   * else -1}
   *
   * @param teacher is asked about each prompt once
   */
  public static RefusalAgreement agreement(Teacher teacher) {
    return new RefusalAgreement(teacher);
  }

  /**
   * {@return scaled to mean 0 and variance 1 over each batch; the name stays}
   *
   * @param reward is scaled batch by batch
   */
  public static RewardFunction whitened(RewardFunction reward) {
    RewardFunction white =
        (List<String> prompts, List<String> completions) -> {
          double[] raw = reward.rewards(prompts, completions);
          double mean = Arrays.stream(raw).average().orElse(0);
          double variance =
              Arrays.stream(raw).map(r -> (r - mean) * (r - mean)).average().orElse(0);
          double deviation = Math.max(SMALLEST_DEVIATION, Math.sqrt(variance));
          return Arrays.stream(raw).map(r -> (r - mean) / deviation).toArray();
        };
    return white.named(reward.name());
  }
}
