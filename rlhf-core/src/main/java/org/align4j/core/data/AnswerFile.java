package org.align4j.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/**
 * A file of recorded answers, named like a {@link PromptFile}: {@code FILE[:COLUMN][@FIELD=VALUE]}.
 * Without a column each row's first of {@code completion, response, answer, output} is taken. An
 * answer may be empty: models give such.
 *
 * @param file the file, its column and its filter
 */
public record AnswerFile(PromptFile file) {
  /** The label of an answer that does what it is asked. */
  public static final String COMPLIANCE = "compliance";

  private static final Set<String> LABELS = Set.of(COMPLIANCE, "refusal", "partial");
  private static final List<String> USUAL = List.of("completion", "response", "answer", "output");

  /**
   * One answer.
   *
   * @param row line number (JSONL) or record number (CSV, JSON), from 1
   * @param text the answer
   * @param label compliance, refusal or partial where the row's field {@code label} says one of
   *     these; otherwise empty
   */
  public record Answer(long row, String text, String label) {}

  /**
   * Parses {@code FILE[:COLUMN][@FIELD=VALUE]}.
   *
   * @param argument as on the command line
   * @return the file with its column and filter
   */
  public static AnswerFile parse(String argument) {
    return new AnswerFile(PromptFile.parse(argument));
  }

  /** {@return all answers in file order; a row without one is an error that names the row} */
  public List<Answer> read() {
    List<Answer> answers =
        RowReader.read(file.path()).stream().filter(this::kept).map(this::answer).toList();
    if (answers.isEmpty()) {
      throw new DataException(
          file.path() + ": no row has " + file.filterField() + " = " + file.filterValue());
    }
    return answers;
  }

  private boolean kept(Row row) {
    return file.filterField().isEmpty()
        || row.scalar(file.filterField()).equals(file.filterValue());
  }

  private Answer answer(Row row) {
    JsonNode text = file.column().isEmpty() ? usual(row) : named(row);
    String label = row.fields().path("label").asText();
    return new Answer(row.number(), text.textValue(), LABELS.contains(label) ? label : "");
  }

  private JsonNode named(Row row) {
    JsonNode node = PromptFile.node(row, file.column());
    if (!node.isTextual()) {
      throw row.error(
          "field \"" + file.column() + "\" is missing or no string; expected an answer");
    }
    return node;
  }

  private static JsonNode usual(Row row) {
    return USUAL.stream()
        .map(row.fields()::path)
        .filter(JsonNode::isTextual)
        .findFirst()
        .orElseThrow(
            () -> row.error("has none of the fields " + USUAL + "; name one as FILE:COLUMN"));
  }
}
