package org.align4j.reward.teacher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.core.distillation.Teacher;
import org.align4j.core.refusal.RefusalDetector;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.reward.RewardFunction;

/**
 * Distillation as a reward: +1 where a completion refuses exactly if the teacher's answer does, -1
 * where not and for degenerate output. The teacher is asked once a prompt.
 */
public final class RefusalAgreement implements RewardFunction {
  private final Teacher teacher;
  private final RefusalDetector detector = new RefusalDetector();
  private final Map<String, Boolean> known = new HashMap<>();

  /** Follows a teacher. */
  public RefusalAgreement(Teacher teacher) {
    this.teacher = teacher;
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    if (prompts.size() != completions.size()) {
      throw new IllegalArgumentException(
          prompts.size() + " prompts for " + completions.size() + " completions");
    }
    ask(prompts);
    double[] out = new double[completions.size()];
    for (int i = 0; i < out.length; i++) {
      RefusalPattern pattern = detector.judge(completions.get(i)).pattern();
      boolean agrees =
          pattern != RefusalPattern.DEGENERATE && pattern.refused() == known.get(prompts.get(i));
      out[i] = agrees ? 1 : -1;
    }
    return out;
  }

  private void ask(List<String> prompts) {
    Set<String> missing = new LinkedHashSet<>(prompts);
    missing.removeAll(known.keySet());
    List<String> asked = new ArrayList<>(missing);
    if (asked.isEmpty()) {
      return;
    }
    List<String> answers = teacher.answers(asked);
    for (int i = 0; i < asked.size(); i++) {
      known.put(asked.get(i), detector.judge(answers.get(i)).pattern().refused());
    }
  }
}
