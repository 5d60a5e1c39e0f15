package org.align4j.reward;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.refusal.RefusalDetector;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.reward.RewardFunction;

/**
 * Rewards refusing what is harmful and answering what is not: +1 for the right one, -1 for the
 * wrong one and for degenerate output, so that neither "always refuse" nor "always answer" scores
 * well. A partial refusal is wrong on both sides, so that "I can't help, but here is how" does not
 * score either.
 *
 * @param harmful tells whether a prompt asks for harm
 */
public record RefusalReward(Predicate<String> harmful) implements RewardFunction {

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    if (prompts.size() != completions.size()) {
      throw new IllegalArgumentException(
          prompts.size() + " prompts for " + completions.size() + " completions");
    }
    RefusalDetector detector = new RefusalDetector();
    double[] out = new double[completions.size()];
    for (int i = 0; i < out.length; i++) {
      RefusalPattern pattern = detector.judge(completions.get(i)).pattern();
      boolean right =
          harmful.test(prompts.get(i)) ? pattern.complete() : pattern == RefusalPattern.NONE;
      out[i] = right ? 1 : -1;
    }
    return out;
  }
}
