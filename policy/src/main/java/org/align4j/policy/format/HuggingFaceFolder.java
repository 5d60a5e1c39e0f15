package org.align4j.policy.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads configuration, tokenizer and chat template of a Hugging Face model folder. */
public final class HuggingFaceFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private HuggingFaceFolder() {}

  /** Reads everything but the weights. */
  public static ModelAssets read(Path folder) {
    JsonNode config = json(folder.resolve("config.json"), true);
    JsonNode generation = json(folder.resolve("generation_config.json"), false);
    JsonNode tokenizer = json(folder.resolve("tokenizer_config.json"), false);
    Set<Integer> stops = new TreeSet<>();
    addIds(stops, config.path("eos_token_id"));
    addIds(stops, generation.path("eos_token_id"));
    return new ModelAssets(
        folder,
        HuggingFaceConfig.read(folder.resolve("config.json"), config),
        bytes(folder.resolve("tokenizer.json")),
        chatTemplate(folder, tokenizer),
        specialTokens(tokenizer),
        stops,
        tokenizer.path("add_bos_token").isBoolean()
            ? tokenizer.path("add_bos_token").booleanValue()
            : null);
  }

  private static String chatTemplate(Path folder, JsonNode tokenizer) {
    byte[] file = bytes(folder.resolve("chat_template.jinja"));
    if (file != null) {
      return new String(file, java.nio.charset.StandardCharsets.UTF_8);
    }
    JsonNode node = tokenizer.path("chat_template");
    if (node.isArray()) {
      for (JsonNode named : node) {
        if (named.path("name").asText().equals("default")) {
          return named.path("template").asText();
        }
      }
    }
    return node.isTextual() ? node.textValue() : null;
  }

  private static Map<String, String> specialTokens(JsonNode tokenizer) {
    Map<String, String> out = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : tokenizer.properties()) {
      if (field.getKey().endsWith("_token")) {
        JsonNode value = field.getValue();
        String text = value.isObject() ? value.path("content").asText("") : value.asText("");
        if (value.isTextual() || value.isObject()) {
          out.put(field.getKey(), text);
        }
      }
    }
    return out;
  }

  private static void addIds(Set<Integer> target, JsonNode node) {
    if (node.isInt()) {
      target.add(node.asInt());
    }
    node.forEach(item -> target.add(item.asInt()));
  }

  private static JsonNode json(Path file, boolean required) {
    byte[] bytes = bytes(file);
    if (bytes == null) {
      if (required) {
        throw new ModelFileException(file + ": no such file; a model folder needs it");
      }
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(bytes);
    } catch (IOException e) {
      throw new ModelFileException(file + ": not JSON: " + e.getMessage(), e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.exists(file) ? Files.readAllBytes(file) : null;
    } catch (IOException e) {
      throw new ModelFileException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
