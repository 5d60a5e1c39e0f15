package org.align4j.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A demonstration as token ids.
 *
 * @param source {@code file:row}
 * @param prompt ids, at least one
 * @param completion ids, at least one
 */
public record TokenizedDemonstration(String source, int[] prompt, int[] completion) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** {@return tokens of prompt and completion} */
  public int tokens() {
    return prompt.length + completion.length;
  }

  /** {@return the row as JSON, for dumps of failed batches} */
  public JsonNode toJson() {
    ObjectNode node = JSON.createObjectNode();
    node.put("source", source);
    node.set("prompt", JSON.valueToTree(prompt));
    node.set("completion", JSON.valueToTree(completion));
    return node;
  }
}
