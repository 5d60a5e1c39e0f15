package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.align4j.core.data.AnswerFile;
import org.align4j.core.refusal.Rate;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.refusal.RefusalReport;

/** Judges recorded answers, without a model. */
final class Transcripts {
  private final ObjectNode report = JsonOutput.JSON.createObjectNode();
  private final ObjectNode files = report.putObject("transcripts");
  private final ArrayNode rows = report.putArray("rows");

  /** Judges one file's answers. */
  void add(String argument) {
    List<AnswerFile.Answer> answers = AnswerFile.parse(argument).read();
    RefusalReport result = RefusalReport.of(answers.stream().map(AnswerFile.Answer::text).toList());
    ObjectNode node = files.putObject(argument);
    EvaluateRefusalCommand.put(node, result);
    agreement(node, answers, result);
    for (int i = 0; i < answers.size(); i++) {
      RefusalPattern pattern = result.verdicts().get(i).pattern();
      ObjectNode row = rows.addObject();
      row.put("file", argument).put("row", answers.get(i).row());
      row.put("pattern", pattern.name().toLowerCase(Locale.ROOT));
      row.put("refused", pattern.refused());
    }
    EvaluateRefusalCommand.print(argument, result.rate());
  }

  /** Rows that carry a label are compared with it: compliance, refusal or partial. */
  private static void agreement(
      ObjectNode node, List<AnswerFile.Answer> answers, RefusalReport result) {
    int labelled = 0;
    int agreed = 0;
    ObjectNode confusion = JsonOutput.JSON.createObjectNode();
    for (int i = 0; i < answers.size(); i++) {
      String label = answers.get(i).label();
      if (label.isEmpty()) {
        continue;
      }
      RefusalPattern pattern = result.verdicts().get(i).pattern();
      labelled++;
      agreed += pattern.refused() == !label.equals(AnswerFile.COMPLIANCE) ? 1 : 0;
      ObjectNode counts = confusion.withObject("/" + label);
      String name = pattern.name().toLowerCase(Locale.ROOT);
      counts.put(name, counts.path(name).asInt() + 1);
    }
    if (labelled > 0) {
      Rate rate = Rate.of(agreed, labelled);
      ObjectNode out = node.putObject("agreement");
      out.put("n", rate.n()).put("agreed", rate.hits()).put("rate", rate.value());
      out.put("low", rate.low()).put("high", rate.high()).set("labels", confusion);
      System.out.printf(Locale.ROOT, "  %.1f%% of %d labels agree%n", 100 * rate.value(), rate.n());
    }
  }

  /** The object for {@code --out}. */
  ObjectNode report() {
    return report;
  }
}
