package org.align4j.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;

/**
 * What a tokenizer.json's post-processor puts before a single text. Only that is used of it: chat
 * templates write their special tokens themselves, and texts end where their data says.
 */
final class PostProcessor {
  private static final String FIELD = "post_processor";

  /** Nested sequences deeper than any file has them. */
  private static final int MAX_DEPTH = 8;

  private final TokenizerJson checker;

  PostProcessor(TokenizerJson checker) {
    this.checker = checker;
  }

  /**
   * The ids before a text.
   *
   * @param node the {@code post_processor}; may be null or missing
   * @throws IllegalArgumentException names the field that is wrong
   */
  int[] beginning(JsonNode node) {
    return beginning(FIELD, node, 0);
  }

  private int[] beginning(String at, JsonNode node, int depth) {
    if (TokenizerJson.absent(node)) {
      return new int[0];
    }
    if (!node.isObject() || depth > MAX_DEPTH) {
      throw checker.bad(at, "expected an object, at most " + MAX_DEPTH + " levels deep");
    }
    return switch (node.path("type").asText()) {
      case "ByteLevel" -> new int[0];
      case "BertProcessing", "RobertaProcessing" -> new int[] {id(at + ".cls[1]", cls(node))};
      case "TemplateProcessing" -> template(at, node);
      case "Sequence" -> sequence(at, node, depth);
      default ->
          throw checker.bad(
              at,
              "type is \""
                  + node.path("type").asText()
                  + "\"; supported are ByteLevel, BertProcessing, RobertaProcessing,"
                  + " TemplateProcessing and Sequence");
    };
  }

  private static JsonNode cls(JsonNode node) {
    return node.path("cls").path(1);
  }

  /** Steps run one after another; each adds before what the earlier ones made. */
  private int[] sequence(String at, JsonNode node, int depth) {
    JsonNode steps = node.path("processors");
    if (!steps.isArray()) {
      throw checker.bad(at + ".processors", "expected an array of steps");
    }
    int[] all = new int[0];
    for (int i = 0; i < steps.size(); i++) {
      int[] before = beginning(at + ".processors[" + i + "]", steps.get(i), depth + 1);
      all = IntStream.concat(IntStream.of(before), IntStream.of(all)).toArray();
    }
    return all;
  }

  private int[] template(String at, JsonNode node) {
    JsonNode single = node.path("single");
    if (!single.isArray()) {
      throw checker.bad(at + ".single", "expected an array of pieces");
    }
    IntStream ids = IntStream.empty();
    for (int i = 0; i < single.size(); i++) {
      JsonNode piece = single.get(i);
      if (piece.has("Sequence")) {
        return ids.toArray();
      }
      String token = piece.path("SpecialToken").path("id").asText();
      String where = at + ".special_tokens[\"" + token + "\"].ids";
      JsonNode known = node.path("special_tokens").path(token).path("ids");
      if (!known.isArray()) {
        throw checker.bad(where, "expected an array of token ids");
      }
      int[] of = new int[known.size()];
      for (int j = 0; j < of.length; j++) {
        of[j] = id(where + "[" + j + "]", known.get(j));
      }
      ids = IntStream.concat(ids, IntStream.of(of));
    }
    throw checker.bad(at + ".single", "has no place for the text");
  }

  private int id(String at, JsonNode node) {
    checker.id(at, node);
    return node.intValue();
  }
}
