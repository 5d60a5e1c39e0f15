package org.align4j.examples.parity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The verdicts of a fixture folder, as a table and as JSON.
 *
 * @param results one a case, in the order in which the cases ran
 */
public record ParityReport(List<CaseResult> results) {
  private static final String LINE = "%-34s %-46s %14.7g %14.7g %10.2e  %s";
  private static final int QUANTITY_WIDTH = 46;

  /**
   * Copies the list.
   *
   * @param results one a case, in the order in which the cases ran
   */
  public ParityReport {
    results = List.copyOf(results);
  }

  /** {@return the names of the table's columns, as wide as those of {@link #line}} */
  public static String header() {
    return LINE.replaceAll("\\.\\d+[ge]", "s")
        .formatted("case", "quantity", "expected", "got", "error", "verdict");
  }

  /**
   * {@return a row of the table}
   *
   * @param result a case; its quantity is shortened to 46 characters, the end of its name
   */
  public static String line(CaseResult result) {
    return String.format(
        Locale.ROOT,
        LINE,
        result.name(),
        shorten(result.quantity()),
        result.expected(),
        result.got(),
        result.worstError(),
        result.verdict());
  }

  private static String shorten(String text) {
    String flat = text.replace("self_attn.", "").replace("model.layers.", "layers.");
    return flat.length() <= QUANTITY_WIDTH
        ? flat
        : "..." + flat.substring(flat.length() - QUANTITY_WIDTH + 3);
  }

  /** {@return whether no case failed; cases that are not supported do not fail} */
  public boolean passed() {
    return count("fail") == 0;
  }

  /** {@return how many cases have passed, failed, or are not supported, in a sentence} */
  public String counts() {
    return "%d passed, %d failed, %d not supported"
        .formatted(count("pass"), count("fail"), count("not supported"));
  }

  private long count(String verdict) {
    return results.stream().filter(result -> result.verdict().equals(verdict)).count();
  }

  /**
   * {@return the counts, and name, verdict and error of every case; the error is null where it is
   * no finite number}
   */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("passed", count("pass"));
    json.put("failed", count("fail"));
    json.put("unsupported", count("not supported"));
    json.put("cases", results.stream().map(ParityReport::json).toList());
    return json;
  }

  private static Map<String, Object> json(CaseResult result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", result.name());
    json.put("verdict", result.verdict());
    json.put("worst_error", Double.isFinite(result.worstError()) ? result.worstError() : null);
    return json;
  }
}
