package org.align4j.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;

/**
 * A file of prompts, as given on a command line: {@code FILE[:COLUMN]}. Without a column the first
 * of {@code prompt, question, goal, Behavior, instruction, text} that the first row has is taken. A
 * column may be a path such as {@code turns[0]} or {@code instances[0].input}. {@code
 * COLUMN@FIELD=VALUE} keeps only rows whose field has that value ({@code
 * xstest.csv:prompt@label=safe}).
 *
 * @param path the file
 * @param column the column, or empty
 * @param filterField the field to filter by, or empty
 * @param filterValue the value that it must have
 */
public record PromptFile(Path path, String column, String filterField, String filterValue) {
  private static final List<String> USUAL =
      List.of("prompt", "question", "goal", "Behavior", "instruction", "text");

  /**
   * Parses {@code FILE[:COLUMN][@FIELD=VALUE]}.
   *
   * @param argument as on the command line
   * @return the file with its column and filter
   */
  public static PromptFile parse(String argument) {
    String rest = argument;
    String filterField = "";
    String filterValue = "";
    int at = rest.lastIndexOf('@');
    int equals = rest.indexOf('=', at + 1);
    if (at > 0 && equals > at && !Files.exists(Path.of(rest))) {
      filterField = rest.substring(at + 1, equals);
      filterValue = rest.substring(equals + 1);
      rest = rest.substring(0, at);
    }
    int colon = rest.lastIndexOf(':');
    if (colon <= 0 || Files.exists(Path.of(rest))) {
      return new PromptFile(Path.of(rest), "", filterField, filterValue);
    }
    return new PromptFile(
        Path.of(rest.substring(0, colon)), rest.substring(colon + 1), filterField, filterValue);
  }

  /** {@return all prompts in file order; a missing or empty one is an error that names the row} */
  public List<String> read() {
    if (path.toString().endsWith(".txt")) {
      return readLines();
    }
    List<Row> rows = RowReader.read(path);
    String field = column.isEmpty() ? usualColumn(rows.get(0)) : column;
    List<String> prompts = new ArrayList<>(rows.size());
    for (Row row : rows) {
      if (filterField.isEmpty() || row.scalar(filterField).equals(filterValue)) {
        prompts.add(value(row, field));
      }
    }
    if (prompts.isEmpty()) {
      throw new DataException(path + ": no row has " + filterField + " = " + filterValue);
    }
    return prompts;
  }

  /**
   * {@return at most {@code limit} prompts, drawn without replacement by seed, kept in file order}
   *
   * @param limit most prompts; 0 = all
   * @param seed of the draw
   */
  public List<String> sample(int limit, long seed) {
    List<String> all = read();
    if (limit <= 0 || limit >= all.size()) {
      return all;
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      order.add(i);
    }
    RandomStream.of(seed, Purpose.ROWS).shuffle(order);
    return order.subList(0, limit).stream().sorted().map(all::get).toList();
  }

  private List<String> readLines() {
    try {
      List<String> lines =
          Files.readAllLines(path).stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
      if (lines.isEmpty()) {
        throw new DataException(path + ": holds no prompts");
      }
      return lines;
    } catch (java.io.IOException e) {
      throw new DataException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static String usualColumn(Row row) {
    return USUAL.stream()
        .filter(row::has)
        .findFirst()
        .orElseThrow(
            () -> row.error("has none of the fields " + USUAL + "; name one as FILE:COLUMN"));
  }

  private static String value(Row row, String field) {
    if (row.fields().has(field)) {
      return row.text(field);
    }
    JsonNode node = node(row, field);
    if (!node.isTextual() || node.textValue().isBlank()) {
      throw row.error("field \"" + field + "\" is missing or empty; expected a prompt");
    }
    return node.textValue();
  }

  /** The value at a path such as {@code turns[0]}; a missing node if there is none. */
  static JsonNode node(Row row, String field) {
    if (row.fields().has(field)) {
      return row.fields().get(field);
    }
    JsonNode node = row.fields();
    for (String step : field.split("[.\\[]")) {
      String key = step.endsWith("]") ? step.substring(0, step.length() - 1) : step;
      node = step.endsWith("]") ? node.path(index(row, field, key)) : node.path(key);
    }
    return node;
  }

  private static int index(Row row, String field, String key) {
    try {
      return Integer.parseInt(key);
    } catch (NumberFormatException e) {
      throw row.error("column \"" + field + "\" has an index that is no number: " + key);
    }
  }
}
