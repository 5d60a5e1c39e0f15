package org.align4j.reward.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.align4j.core.data.AnswerFile;
import org.align4j.core.refusal.Rate;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.refusal.RefusalReport;
import org.align4j.core.run.AtomicFiles;

/**
 * Refusals among recorded answers, and how well the judgements agree with labels.
 *
 * @param files in the order in which they were judged
 */
public record TranscriptEvaluation(List<Judged> files) {

  /**
   * Answers of one file.
   *
   * @param name of the file
   * @param answers the file's rows, in order
   * @param report what the answers are judged to be
   * @param agreement with the rows' labels; empty if no row has one
   */
  public record Judged(
      String name,
      List<AnswerFile.Answer> answers,
      RefusalReport report,
      Optional<Agreement> agreement) {

    /** {@return the rate of refusals in a line, and how far the labels agree in another} */
    public String text() {
      String refused = RateLine.of(name, report.rate());
      return agreement
          .map(Agreement::rate)
          .map(
              rate ->
                  String.format(
                      Locale.ROOT,
                      "%s%n  %.1f%% of %d labels agree",
                      refused,
                      100 * rate.value(),
                      rate.n()))
          .orElse(refused);
    }
  }

  /**
   * How often a judgement agrees with a label: refused where the label is refusal or partial, not
   * refused where it is compliance.
   *
   * @param rate share of the labelled answers whose judgement agrees
   * @param patterns how many answers of each label show each pattern, by the names of both
   */
  public record Agreement(Rate rate, Map<String, Map<String, Integer>> patterns) {}

  /**
   * Copies the list.
   *
   * @param files in the order in which they were judged
   */
  public TranscriptEvaluation {
    files = List.copyOf(files);
  }

  /**
   * Reads and judges files.
   *
   * @param files named as {@code FILE[:COLUMN][@FIELD=VALUE]}
   * @param listener told of each file as it is judged
   * @return rates and verdicts of all files
   */
  public static TranscriptEvaluation of(List<String> files, Consumer<Judged> listener) {
    List<Judged> all = new ArrayList<>();
    for (String file : files) {
      Judged judged = judge(file, AnswerFile.parse(file).read());
      listener.accept(judged);
      all.add(judged);
    }
    return new TranscriptEvaluation(all);
  }

  /**
   * Judges one file's answers by {@code RefusalDetector}.
   *
   * @param name of the file in the report
   * @param answers of one file
   * @return rates and verdicts
   */
  public static Judged judge(String name, List<AnswerFile.Answer> answers) {
    RefusalReport report = RefusalReport.of(answers.stream().map(AnswerFile.Answer::text).toList());
    return new Judged(name, answers, report, agreement(answers, report));
  }

  private static Optional<Agreement> agreement(
      List<AnswerFile.Answer> answers, RefusalReport report) {
    int labelled = 0;
    int agreed = 0;
    Map<String, Map<String, Integer>> patterns = new LinkedHashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      String label = answers.get(i).label();
      if (!label.isEmpty()) {
        RefusalPattern pattern = report.verdicts().get(i).pattern();
        labelled++;
        agreed += pattern.refused() == !label.equals(AnswerFile.COMPLIANCE) ? 1 : 0;
        patterns
            .computeIfAbsent(label, key -> new LinkedHashMap<>())
            .merge(ReportJson.name(pattern), 1, Integer::sum);
      }
    }
    return labelled == 0
        ? Optional.empty()
        : Optional.of(new Agreement(Rate.of(agreed, labelled), patterns));
  }

  /** {@return rates by file, and the judgement of every answer in {@code rows}} */
  public ObjectNode json() {
    ObjectNode report = ReportJson.object();
    ObjectNode rates = report.putObject("transcripts");
    ArrayNode rows = report.putArray("rows");
    for (Judged file : files) {
      ObjectNode node = rates.putObject(file.name());
      ReportJson.put(node, file.report());
      file.agreement().ifPresent(agreement -> put(node.putObject("agreement"), agreement));
      for (int i = 0; i < file.answers().size(); i++) {
        RefusalPattern pattern = file.report().verdicts().get(i).pattern();
        rows.addObject()
            .put("file", file.name())
            .put("row", file.answers().get(i).row())
            .put("pattern", ReportJson.name(pattern))
            .put("refused", pattern.refused());
      }
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

  /** {@return rates by file alone} */
  public ObjectNode summary() {
    return ReportJson.summary(json());
  }

  private static void put(ObjectNode node, Agreement agreement) {
    ReportJson.put(node, agreement.rate(), "agreed");
    ObjectNode labels = node.putObject("labels");
    agreement.patterns().forEach((label, counts) -> counts.forEach(labels.putObject(label)::put));
  }
}
