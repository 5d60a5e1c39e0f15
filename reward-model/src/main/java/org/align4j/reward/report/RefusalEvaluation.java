package org.align4j.reward.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.align4j.core.refusal.RefusalReport;

/**
 * How often a model refuses: prompts that should be refused and prompts that should be answered.
 *
 * @param harmful sets of prompts that should be refused
 * @param benign sets of prompts that should be answered
 */
public record RefusalEvaluation(List<Measured> harmful, List<Measured> benign) {

  /**
   * Prompts that are measured together.
   *
   * @param name such as a file's
   * @param prompts at least one
   */
  public record PromptSet(String name, List<String> prompts) {}

  /**
   * A set with the model's answers.
   *
   * @param answers one a prompt
   * @param report what they are judged to be
   */
  public record Measured(PromptSet set, List<String> answers, RefusalReport report) {}

  /** Who answers; {@code set -> generator.answers(set.prompts(), ...)}. */
  @FunctionalInterface
  public interface Answering {
    /**
     * {@return one answer a prompt, in order}
     *
     * @param set prompts of one kind
     */
    List<String> answers(PromptSet set);
  }

  /**
   * Lets a model answer and judges the answers by {@code RefusalDetector}.
   *
   * @param harmful sets whose requests should be declined
   * @param benign sets whose requests should be answered
   * @param model is asked set by set
   * @param measured is told of each set when it has been judged
   * @return rates and verdicts
   */
  public static RefusalEvaluation of(
      List<PromptSet> harmful,
      List<PromptSet> benign,
      Answering model,
      Consumer<Measured> measured) {
    return new RefusalEvaluation(
        measure(harmful, model, measured), measure(benign, model, measured));
  }

  private static List<Measured> measure(
      List<PromptSet> sets, Answering model, Consumer<Measured> measured) {
    List<Measured> out = new ArrayList<>(sets.size());
    for (PromptSet set : sets) {
      List<String> answers = model.answers(set);
      Measured one = new Measured(set, answers, RefusalReport.of(answers));
      measured.accept(one);
      out.add(one);
    }
    return List.copyOf(out);
  }

  /** {@return rates by set, and every answer with its pattern in {@code rows}} */
  public ObjectNode json() {
    ObjectNode report = ReportJson.object();
    ObjectNode harmfulNode = report.putObject("harmful");
    ObjectNode benignNode = report.putObject("benign");
    ArrayNode rows = report.putArray("rows");
    harmful.forEach(one -> put(one, harmfulNode, rows));
    benign.forEach(one -> put(one, benignNode, rows));
    return report;
  }

  /** {@return rates by set alone} */
  public ObjectNode summary() {
    return ReportJson.summary(json());
  }

  private static void put(Measured measured, ObjectNode rates, ArrayNode rows) {
    PromptSet set = measured.set();
    ReportJson.put(rates.putObject(set.name()), measured.report());
    for (int i = 0; i < set.prompts().size(); i++) {
      rows.addObject()
          .put("file", set.name())
          .put("prompt", set.prompts().get(i))
          .put("completion", measured.answers().get(i))
          .put("pattern", ReportJson.name(measured.report().verdicts().get(i).pattern()));
    }
  }
}
