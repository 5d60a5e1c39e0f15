package org.align4j.examples.quickstart;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.Rate;
import org.align4j.core.refusal.RefusalReport;
import org.align4j.core.refusal.TradeOffCurve;

/**
 * What the model does with the evaluation prompts at one point of the run.
 *
 * @param kinds the answers to each kind of prompts
 */
public record Measurement(Map<PromptKind, Answers> kinds) {

  /**
   * The answers to one kind of prompts.
   *
   * @param texts one a prompt
   * @param report what they are judged to be
   * @param readiness the model's readiness to refuse each prompt, in [0, 1]
   */
  public record Answers(List<String> texts, RefusalReport report, double[] readiness) {}

  /**
   * {@return what the answers to one kind of prompts are judged to be}
   *
   * @param kind one that was measured
   */
  public RefusalReport report(PromptKind kind) {
    return kinds.get(kind).report();
  }

  /**
   * {@return how often one kind of prompts is refused}
   *
   * @param kind one that was measured
   */
  public Rate rate(PromptKind kind) {
    return report(kind).rate();
  }

  /**
   * {@return the shares of each kind that any threshold of the readiness to refuse would refuse}
   */
  public TradeOffCurve curve() {
    Map<PromptKind, double[]> readiness = new EnumMap<>(PromptKind.class);
    kinds.forEach((kind, answers) -> readiness.put(kind, answers.readiness()));
    return TradeOffCurve.of(readiness);
  }
}
