package org.align4j.policy.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads configuration, tokenizer and chat template of a Hugging Face model folder. */
public final class HuggingFaceFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private HuggingFaceFolder() {}

  /**
   * Reads everything but the weights.
   *
   * @param folder with {@code config.json}
   * @return configuration, tokenizer and chat template
   */
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
        beginning(tokenizer.path("add_bos_token")));
  }

  private static ModelAssets.Beginning beginning(JsonNode addBos) {
    if (!addBos.isBoolean()) {
      return ModelAssets.Beginning.AS_TOKENIZER_SAYS;
    }
    return addBos.booleanValue() ? ModelAssets.Beginning.BOS : ModelAssets.Beginning.NOTHING;
  }

  private static Optional<String> chatTemplate(Path folder, JsonNode tokenizer) {
    Optional<byte[]> file = bytes(folder.resolve("chat_template.jinja"));
    if (file.isPresent()) {
      return file.map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
    JsonNode node = tokenizer.path("chat_template");
    if (node.isArray()) {
      for (JsonNode named : node) {
        if (named.path("name").asText().equals("default")) {
          return Optional.of(named.path("template").asText());
        }
      }
    }
    return Optional.ofNullable(node.textValue());
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
    Optional<byte[]> bytes = bytes(file);
    if (bytes.isEmpty()) {
      if (required) {
        throw new ModelFileException(file + ": no such file; a model folder needs it");
      }
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(bytes.get());
    } catch (IOException e) {
      throw new ModelFileException(file + ": not JSON: " + e.getMessage(), e);
    }
  }

  private static Optional<byte[]> bytes(Path file) {
    try {
      return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      throw new ModelFileException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
