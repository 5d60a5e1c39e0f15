package org.align4j.reward.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.align4j.core.refusal.Rate;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.refusal.RefusalReport;

/** What the JSON forms of reports share. */
final class ReportJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportJson() {}

  /** An empty object. */
  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** A report without its rows. */
  static ObjectNode summary(ObjectNode report) {
    ObjectNode out = report.deepCopy();
    out.remove("rows");
    return out;
  }

  /** The rates of one file's answers. */
  static void put(ObjectNode node, RefusalReport report) {
    put(node, report.rate(), "refused");
    node.put("complete", report.complete().hits());
    ObjectNode patterns = node.putObject("patterns");
    report.patterns().forEach((pattern, count) -> patterns.put(name(pattern), count));
  }

  /** A rate and its interval. */
  static void put(ObjectNode node, Rate rate, String hitsName) {
    node.setAll(JSON.<ObjectNode>valueToTree(rate.fields(hitsName)));
  }

  /** A pattern's name in lower case. */
  static String name(RefusalPattern pattern) {
    return pattern.name().toLowerCase(Locale.ROOT);
  }
}
