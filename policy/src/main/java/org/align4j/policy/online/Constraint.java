package org.align4j.policy.online;

import java.util.Objects;
import java.util.function.Predicate;
import org.align4j.core.ConfigurationException;
import org.align4j.core.policygradient.DualAscent;
import org.align4j.core.reward.RewardFunction;

/**
 * A bound on the mean of a cost over the completions of some prompts, which training keeps by a
 * multiplier: {@link OnlineMethod#subjectTo}.
 *
 * <pre>{@code
 * Constraint brief =
 *     Constraint.of("long", prompt -> true, Rewards.ofCompletion(y -> y.length() > 400 ? 1 : 0), 0.1);
 * Trainer.online(model, PpoConfig.defaults().subjectTo(List.of(brief)), reward).fit(prompts);
 * }</pre>
 *
 * @param name in metrics ({@code constraint/NAME/mean}) and checkpoints
 * @param prompts those whose completions have the cost; of others nothing is taken off
 * @param cost one number a completion, such as 1 or 0, or a cost model's score
 * @param target of the mean cost
 * @param ascent how the multiplier moves
 */
public record Constraint(
    String name, Predicate<String> prompts, RewardFunction cost, double target, DualAscent ascent) {

  /**
   * Checks that everything is given.
   *
   * @param name in metrics ({@code constraint/NAME/mean}) and checkpoints
   * @param prompts those whose completions have the cost; of others nothing is taken off
   * @param cost one number a completion, such as 1 or 0, or a cost model's score
   * @param target of the mean cost
   * @param ascent how the multiplier moves
   */
  public Constraint {
    Objects.requireNonNull(prompts, "prompts");
    Objects.requireNonNull(cost, "cost");
    Objects.requireNonNull(ascent, "ascent");
    if (name.isBlank()) {
      throw new ConfigurationException("a constraint needs a name");
    }
    if (!Double.isFinite(target)) {
      throw new ConfigurationException(
          "the target of constraint " + name + " must be finite, got " + target);
    }
  }

  /**
   * {@return a constraint whose multiplier moves by the defaults}
   *
   * @param name in metrics and checkpoints
   * @param prompts those whose completions have the cost
   * @param cost one number a completion
   * @param target of the mean cost
   */
  public static Constraint of(
      String name, Predicate<String> prompts, RewardFunction cost, double target) {
    return new Constraint(name, prompts, cost, target, DualAscent.defaults());
  }
}
