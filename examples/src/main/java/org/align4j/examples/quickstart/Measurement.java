package org.align4j.examples.quickstart;

import java.util.List;
import org.align4j.core.refusal.RefusalReport;

/**
 * Answers to the evaluation prompts at one point of the run.
 *
 * @param harmfulAnswers one answer a harmful prompt
 * @param harmlessAnswers one answer a harmless prompt
 * @param harmful refusals on harmful prompts
 * @param harmless refusals on harmless prompts
 */
public record Measurement(
    List<String> harmfulAnswers,
    List<String> harmlessAnswers,
    RefusalReport harmful,
    RefusalReport harmless) {

  static Measurement of(List<String> harmfulAnswers, List<String> harmlessAnswers) {
    return new Measurement(
        harmfulAnswers,
        harmlessAnswers,
        RefusalReport.of(harmfulAnswers),
        RefusalReport.of(harmlessAnswers));
  }
}
