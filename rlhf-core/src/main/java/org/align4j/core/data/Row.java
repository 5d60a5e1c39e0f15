package org.align4j.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/**
 * One row of a data file.
 *
 * @param file the file's name, for messages
 * @param number line number (JSONL), record number (CSV, JSON array), from 1
 * @param fields a JSON object; CSV cells are strings
 */
public record Row(String file, long number, JsonNode fields) {

  /**
   * {@return an error about this row, in the shape {@code file:row: text}}
   *
   * @param text what is wrong and the way out
   */
  public DataException error(String text) {
    return new DataException(file + ":" + number + ": " + text);
  }

  /**
   * {@return whether the field is there and not null}
   *
   * @param field name of the field
   */
  public boolean has(String field) {
    return fields.hasNonNull(field);
  }

  /**
   * A non-empty string field; missing or other values are errors that name it.
   *
   * @param field name of the field
   * @return its value
   */
  public String text(String field) {
    JsonNode value = fields.get(field);
    if (value == null || value.isNull()) {
      throw error("field \"" + field + "\" is missing; expected a non-empty string");
    }
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw error(
          "field \""
              + field
              + "\" is "
              + (value.isTextual() ? "empty" : value.getNodeType())
              + "; expected a non-empty string");
    }
    return value.textValue();
  }

  /**
   * {@return a field that is one value, as text}
   *
   * @param field name of the field
   */
  public String scalar(String field) {
    JsonNode value = fields.get(field);
    if (value == null || value.isContainerNode()) {
      throw error(
          "field \""
              + field
              + "\" is "
              + (value == null ? "missing" : value.getNodeType())
              + "; expected a string, a number, true or false");
    }
    return value.asText();
  }

  /**
   * {@return a boolean field; CSV cells and numbers may say true/false or 1/0}
   *
   * @param field name of the field
   */
  public boolean flag(String field) {
    JsonNode value = fields.get(field);
    String text = value == null ? "" : value.asText().strip().toLowerCase(Locale.ROOT);
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default ->
          throw error(
              "field \""
                  + field
                  + "\" is "
                  + (value == null ? "missing" : value)
                  + "; expected true or false");
    };
  }
}
