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
 * Distillation as a reward: 1 if a completion refuses where the teacher's answer refuses and
 * answers where it answers, else -1; degenerate completions get -1. The teacher is asked once for
 * each prompt. Not thread-safe.
 */
public final class RefusalAgreement implements RewardFunction {
  private final Teacher teacher;
  private final RefusalDetector detector = new RefusalDetector();
  private final Map<String, Boolean> refusals = new HashMap<>();

  /**
   * Follows a teacher.
   *
   * @param teacher is asked about each prompt once
   */
  public RefusalAgreement(Teacher teacher) {
    this.teacher = teacher;
  }

  @Override
  public String name() {
    return "agreement";
  }

  /**
   * Asks the teacher about prompts that it was not asked about before, all in one call. Whoever
   * knows all prompts may ask first: a model answers many prompts faster together, and a student
   * that teaches itself must answer before its training begins.
   *
   * @param prompts texts; repeated ones are asked once
   * @return this reward
   */
  public RefusalAgreement ask(List<String> prompts) {
    Set<String> missing = new LinkedHashSet<>(prompts);
    missing.removeAll(refusals.keySet());
    List<String> asked = new ArrayList<>(missing);
    if (asked.isEmpty()) {
      return this;
    }
    List<String> answers = teacher.answers(asked);
    if (answers.size() != asked.size()) {
      throw new IllegalStateException(
          "the teacher gave " + answers.size() + " answers to " + asked.size() + " prompts");
    }
    for (int i = 0; i < asked.size(); i++) {
      refusals.put(asked.get(i), detector.judge(answers.get(i)).pattern().refused());
    }
    return this;
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    RewardFunction.requirePaired(prompts, completions);
    ask(prompts);
    double[] out = new double[completions.size()];
    for (int i = 0; i < out.length; i++) {
      RefusalPattern pattern = detector.judge(completions.get(i)).pattern();
      boolean agrees =
          pattern != RefusalPattern.DEGENERATE && pattern.refused() == refusals.get(prompts.get(i));
      out[i] = agrees ? 1 : -1;
    }
    return out;
  }
}
