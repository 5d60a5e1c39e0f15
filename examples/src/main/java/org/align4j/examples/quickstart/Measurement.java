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

  /** Refusals of one kind of prompts. */
  public RefusalReport report(PromptKind kind) {
    return kinds.get(kind).report();
  }

  /** How often one kind of prompts is refused. */
  public Rate rate(PromptKind kind) {
    return report(kind).rate();
  }

  /** What another readiness to refuse would make of it. */
  public TradeOffCurve curve() {
    Map<PromptKind, double[]> readiness = new EnumMap<>(PromptKind.class);
    kinds.forEach((kind, answers) -> readiness.put(kind, answers.readiness()));
    return TradeOffCurve.of(readiness);
  }
}
