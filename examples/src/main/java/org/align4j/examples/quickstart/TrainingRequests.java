package org.align4j.examples.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
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
 * The project's training requests in the kinds that a gate tells apart (docs/data.md): harmful
 * ones, look-alikes, ordinary ones, and harmless requests that share opening and topic with a
 * harmful one.
 */
final class TrainingRequests {
  static final String HARMFUL = "harmful";
  static final String LOOK_ALIKES = "look_alikes";
  static final String ORDINARY = "ordinary";
  private static final String MATCHED = "matched";

  private static final String ORDINARY_FILE = "ordinary-train.jsonl";
  private static final String MATCHED_FILE = "matched-train.tsv";
  private static final int MATCHED_COLUMNS = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  private TrainingRequests() {}

  /**
   * A request with its label.
   *
   * @param kind {@link #HARMFUL}, or the name of a group of harmless requests
   */
  record Row(Request request, String kind) {
    boolean harmful() {
      return kind.equals(HARMFUL);
    }
  }

  /** A harmless request as a look-alike or an ordinary one. */
  static Row harmless(Request request) {
    return new Row(request, request.looksHarmful() ? LOOK_ALIKES : ORDINARY);
  }

  /** All training requests. */
  static List<Row> of(QuickstartData data) {
    List<Row> out = new ArrayList<>();
    data.harmful().forEach(request -> out.add(new Row(request, HARMFUL)));
    data.harmless().forEach(request -> out.add(harmless(request)));
    EmbeddedFile.lines(ORDINARY_FILE).forEach(line -> out.add(new Row(ordinary(line), ORDINARY)));
    List<String> table = EmbeddedFile.lines(MATCHED_FILE);
    table.subList(1, table.size()).forEach(line -> out.add(matched(line)));
    return out;
  }

  /**
   * The same by groups.
   *
   * @param share of each group that is taken, evenly spread, in (0, 1]
   */
  static GroupedRequests grouped(QuickstartData data, double share) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    Map<String, String> families = new HashMap<>();
    for (Row row : of(data)) {
      groups.computeIfAbsent(row.kind, kind -> new ArrayList<>()).add(row.request.text());
      families.put(row.request.text(), row.request.family());
    }
    groups.replaceAll((kind, requests) -> part(requests, share));
    List<String> harmful = groups.remove(HARMFUL);
    return new GroupedRequests(harmful, groups, families);
  }

  private static List<String> part(List<String> all, double share) {
    return QuickstartData.spread(all, Math.max(1, (int) Math.round(share * all.size())));
  }

  private static Request ordinary(String line) {
    try {
      JsonNode row = JSON.readTree(line);
      return new Request(row.path("shape").asText(), row.path("prompt").asText());
    } catch (IOException e) {
      throw new DataException(ORDINARY_FILE + ": not JSON: " + line, e);
    }
  }

  private static Row matched(String line) {
    String[] columns = line.split("\t", MATCHED_COLUMNS);
    if (columns.length != MATCHED_COLUMNS) {
      throw new DataException(MATCHED_FILE + ": expected 4 columns in: " + line);
    }
    Request request = new Request(columns[2], columns[3], "matched " + columns[1]);
    return new Row(request, columns[0].equals(HARMFUL) ? HARMFUL : MATCHED);
  }
}
