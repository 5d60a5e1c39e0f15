package org.align4j.reward.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.RefusalReport;
import org.align4j.core.refusal.TradeOffCurve;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;

/**
 * How often a model refuses each kind of prompts.
 *
 * @param sets in the order in which they were measured
 * @param readiness for each set the readiness to refuse of each prompt, or empty
 */
public record RefusalEvaluation(List<Measured> sets, List<double[]> readiness) {

  /**
   * Prompts that are measured together.
   *
   * @param kind of all prompts of the set
   * @param name such as a file's
   * @param prompts at least one
   */
  public record PromptSet(PromptKind kind, String name, List<String> prompts) {

    /** What progress on the set is called. */
    private String task() {
      return Path.of(name).getFileName().toString();
    }
  }

  /**
   * A set with the model's answers.
   *
   * @param set the prompts
   * @param answers one a prompt
   * @param report what they are judged to be
   */
  public record Measured(PromptSet set, List<String> answers, RefusalReport report) {

    /** {@return the rate of refusals in a line} */
    public String text() {
      return RateLine.of(set.name(), report.rate());
    }
  }

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
   * @param sets prompts, in the order in which they are measured
   * @param model is asked set by set
   * @param measured is told of each set when it has been judged
   * @return rates and verdicts
   */
  public static RefusalEvaluation of(
      List<PromptSet> sets, Answering model, Consumer<Measured> measured) {
    List<Measured> out = new ArrayList<>(sets.size());
    for (PromptSet set : sets) {
      List<String> answers = model.answers(set);
      Measured one = new Measured(set, answers, RefusalReport.of(answers));
      measured.accept(one);
      out.add(one);
    }
    return new RefusalEvaluation(List.copyOf(out), List.of());
  }

  /**
   * Lets a model answer by greedy decoding and judges. An adapter that is not merged takes no part.
   *
   * @param sets prompts, in the order in which they are measured
   * @param model is asked; stays open
   * @param batch sequences at a time
   * @param maxNewTokens most tokens of an answer
   * @param progress shows the prompts of each set
   * @param measured is told of each set when it has been judged
   * @return rates and verdicts
   */
  public static RefusalEvaluation greedy(
      List<PromptSet> sets,
      PolicyModel model,
      int batch,
      int maxNewTokens,
      Progress.Factory progress,
      Consumer<Measured> measured) {
    SamplingParams params = SamplingParams.greedy(maxNewTokens);
    try (TextGenerator generator = new TextGenerator(model, batch, false)) {
      return of(
          sets,
          set -> generator.answers(set.prompts(), params, progress, set.task(), () -> false),
          measured);
    }
  }

  /**
   * The same with readiness to refuse, and so with a trade-off curve.
   *
   * @param probe gives one number a prompt, as {@link RefusalReadiness} does
   * @return another evaluation, of the same answers
   */
  public RefusalEvaluation withReadiness(Function<PromptSet, double[]> probe) {
    return new RefusalEvaluation(sets, sets.stream().map(one -> probe.apply(one.set())).toList());
  }

  /**
   * The same with a model's readiness to refuse.
   *
   * @param probe of the model that answered
   * @return another evaluation, of the same answers
   */
  public RefusalEvaluation withReadiness(RefusalReadiness probe) {
    return withReadiness(set -> probe.of(set.prompts(), set.task()).probabilities());
  }

  /**
   * {@return the sets of one kind, in order}
   *
   * @param kind of prompts
   */
  public List<Measured> sets(PromptKind kind) {
    return sets.stream().filter(one -> one.set().kind() == kind).toList();
  }

  /**
   * {@return the trade-off over all sets of each kind together; empty without readiness}
   *
   * @throws IllegalArgumentException if there is readiness, but no harmful prompt
   */
  public Optional<TradeOffCurve> curve() {
    if (readiness.isEmpty()) {
      return Optional.empty();
    }
    Map<PromptKind, double[]> scores = new EnumMap<>(PromptKind.class);
    for (int i = 0; i < sets.size(); i++) {
      scores.merge(
          sets.get(i).set().kind(),
          readiness.get(i),
          (a, b) -> DoubleStream.concat(DoubleStream.of(a), DoubleStream.of(b)).toArray());
    }
    return Optional.of(TradeOffCurve.of(scores));
  }

  /**
   * {@return rates by kind and set, the curve if there is one, and every answer in {@code rows}}
   */
  public ObjectNode json() {
    ObjectNode report = summary();
    curve().ifPresent(curve -> CurveJson.putPoints(report.withObject("/curve"), curve));
    ArrayNode rows = report.putArray("rows");
    for (int i = 0; i < sets.size(); i++) {
      putRows(i, rows);
    }
    return report;
  }

  /**
   * Writes the whole report as JSON.
   *
   * @param file is replaced at once, when all is written
   * @throws IOException names the file that cannot be written
   */
  public void write(Path file) throws IOException {
    AtomicFiles.writeString(file, json().toPrettyString());
  }

  /** {@return rates by kind and set, and the curve's areas and choices, without rows and points} */
  public ObjectNode summary() {
    ObjectNode report = ReportJson.object();
    for (PromptKind kind : PromptKind.values()) {
      ObjectNode rates = report.putObject(kind.label());
      sets(kind).forEach(one -> ReportJson.put(rates.putObject(one.set().name()), one.report()));
    }
    curve().ifPresent(curve -> report.set("curve", CurveJson.of(curve)));
    return report;
  }

  private void putRows(int index, ArrayNode rows) {
    Measured measured = sets.get(index);
    PromptSet set = measured.set();
    for (int i = 0; i < set.prompts().size(); i++) {
      ObjectNode row =
          rows.addObject()
              .put("file", set.name())
              .put("prompt", set.prompts().get(i))
              .put("completion", measured.answers().get(i))
              .put("pattern", ReportJson.name(measured.report().verdicts().get(i).pattern()));
      if (!readiness.isEmpty()) {
        row.put("readiness", readiness.get(index)[i]);
      }
    }
  }
}
