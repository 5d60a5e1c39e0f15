package org.align4j.reward;

import java.util.List;
import java.util.function.ToDoubleBiFunction;
import org.align4j.core.refusal.RefusalDetector;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.reward.RewardFunction;

/** Rewards that depend on a prompt and on whether its completion refuses. */
final class JudgedCompletions {
  private JudgedCompletions() {}

  static double[] rewards(
      List<String> prompts,
      List<String> completions,
      ToDoubleBiFunction<String, RefusalPattern> reward) {
    RewardFunction.requirePaired(prompts, completions);
    RefusalDetector detector = new RefusalDetector();
    double[] out = new double[completions.size()];
    for (int i = 0; i < out.length; i++) {
      RefusalPattern pattern = detector.judge(completions.get(i)).pattern();
      out[i] = reward.applyAsDouble(prompts.get(i), pattern);
    }
    return out;
  }
}
