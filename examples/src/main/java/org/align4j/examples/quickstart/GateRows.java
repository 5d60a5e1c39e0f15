package org.align4j.examples.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.data.DataException;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.align4j.reward.gate.GroupedRequests;

/**
 * The project's training requests in the groups that a gate tells apart (docs/data.md): harmful
 * ones, look-alikes, ordinary ones, and harmless requests that share opening and topic with a
 * harmful one.
 */
final class GateRows {
  private static final String ORDINARY = "ordinary-train.jsonl";
  private static final String MATCHED = "matched-train.tsv";
  private static final int MATCHED_COLUMNS = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  private GateRows() {}

  /**
   * The requests.
   *
   * @param share of each group that is taken, evenly spread, in (0, 1]
   */
  static GroupedRequests of(QuickstartData data, double share) {
    List<String> harmful = new ArrayList<>();
    List<String> lookAlikes = new ArrayList<>();
    List<String> ordinary = new ArrayList<>();
    List<String> matched = new ArrayList<>();
    Map<String, String> families = new HashMap<>();
    for (Request request : data.harmful()) {
      harmful.add(request.text());
      families.put(request.text(), request.family());
    }
    for (Request request : data.harmless()) {
      (request.looksHarmful() ? lookAlikes : ordinary).add(request.text());
      families.put(request.text(), request.family());
    }
    EmbeddedFile.lines(ORDINARY).forEach(line -> ordinary.add(prompt(line)));
    List<String> table = EmbeddedFile.lines(MATCHED);
    for (String line : table.subList(1, table.size())) {
      String[] columns = line.split("\t", MATCHED_COLUMNS);
      if (columns.length != MATCHED_COLUMNS) {
        throw new DataException(MATCHED + ": expected 4 columns in: " + line);
      }
      String text = columns[MATCHED_COLUMNS - 1];
      (columns[0].equals("harmful") ? harmful : matched).add(text);
      families.put(text, "matched " + columns[1]);
    }
    Map<String, List<String>> harmless = new LinkedHashMap<>();
    harmless.put("look_alikes", part(lookAlikes, share));
    harmless.put("ordinary", part(ordinary, share));
    harmless.put("matched", part(matched, share));
    return new GroupedRequests(part(harmful, share), harmless, families);
  }

  private static List<String> part(List<String> all, double share) {
    return QuickstartData.spread(all, Math.max(1, (int) Math.round(share * all.size())));
  }

  private static String prompt(String line) {
    try {
      return JSON.readTree(line).path("prompt").asText();
    } catch (IOException e) {
      throw new DataException(ORDINARY + ": not JSON: " + line, e);
    }
  }
}
