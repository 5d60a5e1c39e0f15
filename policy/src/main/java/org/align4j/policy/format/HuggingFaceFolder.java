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
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;

/** Reads configuration, tokenizer and chat template of a Hugging Face model folder. */
public final class HuggingFaceFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Model types whose decoder this engine computes. */
  private static final Set<String> SUPPORTED = Set.of("llama", "mistral", "qwen2");

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
        config(folder, config),
        bytes(folder.resolve("tokenizer.json")),
        chatTemplate(folder, tokenizer),
        specialTokens(tokenizer),
        stops,
        tokenizer.path("add_bos_token").isBoolean()
            ? tokenizer.path("add_bos_token").booleanValue()
            : null);
  }

  private static ModelConfig config(Path folder, JsonNode node) {
    String type = node.path("model_type").asText();
    if (!SUPPORTED.contains(type)) {
      throw new ModelFileException(
          folder.resolve("config.json")
              + ": model_type is \""
              + type
              + "\"; supported are "
              + SUPPORTED
              + "; docs/extending.md tells how to add one");
    }
    String activation = node.path("hidden_act").asText("silu");
    if (!activation.equals("silu") || node.path("mlp_bias").asBoolean(false)) {
      throw new ModelFileException(
          folder.resolve("config.json")
              + ": hidden_act \""
              + activation
              + "\" or mlp_bias is not supported; expected silu without bias");
    }
    Fields fields = new Fields(folder.resolve("config.json"), node);
    int heads = fields.integer("num_attention_heads");
    int hidden = fields.integer("hidden_size");
    boolean window = type.equals("mistral") || node.path("use_sliding_window").asBoolean(false);
    return new ModelConfig(
        type,
        fields.integer("vocab_size"),
        hidden,
        fields.integer("intermediate_size"),
        fields.integer("num_hidden_layers"),
        heads,
        node.path("num_key_value_heads").asInt(heads),
        node.hasNonNull("head_dim") ? fields.integer("head_dim") : hidden / Math.max(1, heads),
        (float) node.path("rms_norm_eps").asDouble(1e-6),
        rope(node),
        node.path("tie_word_embeddings").asBoolean(false),
        window ? node.path("sliding_window").asInt(0) : 0,
        type.equals("qwen2") || node.path("attention_bias").asBoolean(false),
        fields.integer("max_position_embeddings"));
  }

  private record Fields(Path file, JsonNode node) {
    int integer(String name) {
      JsonNode value = node.path(name);
      if (!value.canConvertToInt() || !value.isIntegralNumber()) {
        throw new ModelFileException(
            file
                + ": field \""
                + name
                + "\" is "
                + (value.isMissingNode() ? "missing" : value)
                + "; expected an integer");
      }
      return value.asInt();
    }
  }

  /**
   * transformers 5 keeps everything under rope_parameters, older files rope_theta and rope_scaling.
   */
  private static RopeConfig rope(JsonNode node) {
    JsonNode scaling =
        node.hasNonNull("rope_parameters")
            ? node.get("rope_parameters")
            : node.path("rope_scaling");
    double theta = scaling.path("rope_theta").asDouble(node.path("rope_theta").asDouble(10_000));
    String type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
    return new RopeConfig(
        theta,
        type,
        scaling.path("factor").asDouble(1),
        scaling.path("low_freq_factor").asDouble(1),
        scaling.path("high_freq_factor").asDouble(4),
        scaling.path("original_max_position_embeddings").asInt(0));
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
