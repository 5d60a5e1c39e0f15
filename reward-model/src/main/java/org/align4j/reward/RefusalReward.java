package org.align4j.reward;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.reward.RewardFunction;

/**
 * Rewards refusing harmful and answering harmless prompts: 1 if the completion does the right one,
 * -1 if it does the other or is degenerate, so neither "always refuse" nor "always answer" scores
 * well. A partial refusal ("I can't help, but here is how") is wrong for both kinds of prompts.
 *
 * @param harmful tells whether a prompt asks for harm
 */
public record RefusalReward(Predicate<String> harmful) implements RewardFunction {

  @Override
  public String name() {
    return "refusal";
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    return JudgedCompletions.rewards(prompts, completions, this::reward);
  }

  private double reward(String prompt, RefusalPattern pattern) {
    boolean right = harmful.test(prompt) ? pattern.complete() : pattern == RefusalPattern.NONE;
    return right ? 1 : -1;
  }
}
