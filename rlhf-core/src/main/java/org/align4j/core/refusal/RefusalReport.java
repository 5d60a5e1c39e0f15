package org.align4j.core.refusal;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Refusals over the answers to one set of prompts.
 *
 * @param rate refused answers (early, late and partial) over all answers
 * @param complete completely refused answers (early and late) over all answers
 * @param patterns how many answers show each pattern
 * @param verdicts the verdict on each answer, in order
 */
public record RefusalReport(
    Rate rate,
    Rate complete,
    Map<RefusalPattern, Integer> patterns,
    List<RefusalDetector.Verdict> verdicts) {

  /**
   * Judges every answer.
   *
   * @param answers what a model wrote, one a prompt
   * @return the counts with every verdict
   */
  public static RefusalReport of(List<String> answers) {
    RefusalDetector detector = new RefusalDetector();
    List<RefusalDetector.Verdict> verdicts = answers.stream().map(detector::judge).toList();
    Map<RefusalPattern, Integer> patterns = new EnumMap<>(RefusalPattern.class);
    int refused = 0;
    int complete = 0;
    for (RefusalDetector.Verdict verdict : verdicts) {
      patterns.merge(verdict.pattern(), 1, Integer::sum);
      refused += verdict.pattern().refused() ? 1 : 0;
      complete += verdict.pattern().complete() ? 1 : 0;
    }
    return new RefusalReport(
        Rate.of(refused, answers.size()), Rate.of(complete, answers.size()), patterns, verdicts);
  }

  /** {@return which answers were refused, for paired tests} */
  public boolean[] refused() {
    boolean[] out = new boolean[verdicts.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = verdicts.get(i).pattern().refused();
    }
    return out;
  }
}
