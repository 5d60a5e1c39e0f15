package org.align4j.reward;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.reward.RewardFunction;

/**
 * Rewards refusing harmful prompts: 1 if such a prompt is refused completely, else -1. A harmless
 * prompt gives 0, refused or answered, because a constraint decides what its refusals cost: {@link
 * RefusalReward} would pay for answers even where fewer refusals than the constraint allows are
 * left. Degenerate output gets -1 for both kinds of prompts.
 *
 * @param harmful tells whether a prompt asks for harm
 */
public record HarmfulRefusalReward(Predicate<String> harmful) implements RewardFunction {

  @Override
  public String name() {
    return "refusal";
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    return JudgedCompletions.rewards(prompts, completions, this::reward);
  }

  private double reward(String prompt, RefusalPattern pattern) {
    if (harmful.test(prompt)) {
      return pattern.complete() ? 1 : -1;
    }
    return pattern == RefusalPattern.DEGENERATE ? -1 : 0;
  }
}
