package org.align4j.reward.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.refusal.Rate;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;

/**
 * A reward on held-out preference pairs, pair by pair.
 *
 * @param sources where the pairs came from
 * @param chosen rewards of the preferred completions, in the pairs' order
 * @param rejected rewards of the others
 * @param report what follows from them
 */
public record PairEvaluation(
    List<String> sources, double[] chosen, double[] rejected, PairReport report) {

  /**
   * Scores both completions of every pair and measures. Lengths are characters.
   *
   * @param reward one number a completion
   * @param pairs at least one; chats are scored as plain text, one turn a line
   * @param progress shows the pairs
   * @return the report with the rewards
   */
  public static PairEvaluation of(
      RewardFunction reward, List<PreferencePair> pairs, Progress.Factory progress) {
    List<String> prompts = pairs.stream().map(pair -> pair.prompt().plainText()).toList();
    List<String> chosen = pairs.stream().map(pair -> pair.chosen().plainText()).toList();
    List<String> rejected = pairs.stream().map(pair -> pair.rejected().plainText()).toList();
    double[] chosenRewards = ScoredRows.of(reward, prompts, chosen, progress).rewards();
    double[] rejectedRewards = ScoredRows.of(reward, prompts, rejected, progress).rewards();
    return new PairEvaluation(
        pairs.stream().map(PreferencePair::source).toList(),
        chosenRewards,
        rejectedRewards,
        PairReport.of(chosenRewards, rejectedRewards, lengths(chosen), lengths(rejected)));
  }

  private static int[] lengths(List<String> texts) {
    return texts.stream().mapToInt(String::length).toArray();
  }

  /** {@return the report in a sentence} */
  public String text() {
    return String.format(
        Locale.ROOT,
        "pair accuracy %.1f%% (%.1f%% to %.1f%%) of %d; calibration error %.3f, %.3f at temperature"
            + " %.2f; length correlation %.2f",
        100 * report.accuracy().value(),
        100 * report.accuracy().low(),
        100 * report.accuracy().high(),
        chosen.length,
        report.calibrationError(),
        report.scaledCalibrationError(),
        report.temperature(),
        report.lengthCorrelation());
  }

  /** {@return the report with the rewards of every pair in {@code rows}} */
  public ObjectNode json() {
    ObjectNode node = summary();
    ArrayNode rows = node.putArray("rows");
    for (int i = 0; i < chosen.length; i++) {
      rows.addObject()
          .put("source", sources.get(i))
          .put("chosen", chosen[i])
          .put("rejected", rejected[i]);
    }
    return node;
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

  /** {@return the report alone} */
  public ObjectNode summary() {
    ObjectNode node = ReportJson.object();
    put(node, "accuracy", report.accuracy());
    node.put("mean_margin", report.meanMargin());
    node.put("calibration_error", report.calibrationError());
    node.put("temperature", report.temperature());
    node.put("scaled_calibration_error", report.scaledCalibrationError());
    node.put("length_correlation", report.lengthCorrelation());
    if (report.accuracyWhenShorter() != null) {
      put(node, "accuracy_when_chosen_is_shorter", report.accuracyWhenShorter());
    }
    ArrayNode curve = node.putArray("reliability");
    for (PairReport.Bin bin : report.reliability()) {
      curve
          .addObject()
          .put("count", bin.count())
          .put("confidence", bin.confidence())
          .put("accuracy", bin.accuracy());
    }
    return node;
  }

  private static void put(ObjectNode node, String name, Rate rate) {
    node.putObject(name)
        .put("n", rate.n())
        .put("rate", rate.value())
        .put("low", rate.low())
        .put("high", rate.high());
  }
}
