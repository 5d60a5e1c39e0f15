package org.align4j.reward.spec;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.PromptFile;
import org.align4j.core.data.Row;
import org.align4j.core.data.RowReader;

/** Which prompts of a file are harmful, as the field {@code harmful} of their rows says. */
public final class PromptLabels {
  private static final String HARMFUL = "harmful";

  private final List<String> prompts;
  private final List<Row> rows;

  private PromptLabels(List<String> prompts, List<Row> rows) {
    this.prompts = prompts;
    this.rows = rows;
  }

  /**
   * Reads a file's rows.
   *
   * @param data without a filter, in JSONL, JSON or CSV
   * @param reader who needs the labels, for messages
   * @return the labels
   * @throws org.align4j.core.data.DataException if the file has no rows with fields
   */
  public static PromptLabels read(PromptFile data, String reader) {
    List<String> prompts = data.read();
    List<Row> rows = RowReader.read(data.path());
    if (rows.size() != prompts.size()) {
      throw new ConfigurationException(
          reader + " needs data without a filter, in which every row says harmful");
    }
    return new PromptLabels(prompts, rows);
  }

  /** {@return texts of the harmful prompts} */
  public Set<String> harmful() {
    Set<String> out = new HashSet<>();
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).flag(HARMFUL)) {
        out.add(prompts.get(i));
      }
    }
    return out;
  }

  /** {@return texts of the prompts that only harmless rows have} */
  public Set<String> harmless() {
    Set<String> out = new HashSet<>(prompts);
    out.removeAll(harmful());
    return out;
  }

  /**
   * {@return the same by their kinds, in the order in which these come}
   *
   * @param field of the rows that names the kind
   */
  public Map<String, Set<String>> harmless(String field) {
    Set<String> harmless = harmless();
    Map<String, Set<String>> out = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      if (harmless.contains(prompts.get(i))) {
        out.computeIfAbsent(rows.get(i).scalar(field), kind -> new HashSet<>()).add(prompts.get(i));
      }
    }
    return out;
  }
}
