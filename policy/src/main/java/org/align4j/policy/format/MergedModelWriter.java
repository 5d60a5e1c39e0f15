package org.align4j.policy.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;

/**
 * Writes a model as a Hugging Face folder that transformers loads: float32 weights, tokenizer,
 * template.
 */
public final class MergedModelWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          "llama", "LlamaForCausalLM",
          "mistral", "MistralForCausalLM",
          "qwen2", "Qwen2ForCausalLM");

  private MergedModelWriter() {}

  /** Writes the folder; merge an adapter first to have it included. */
  public static void write(PolicyModel model, Path folder) throws IOException {
    ModelAssets assets = model.assets();
    SafetensorsWriter.write(folder.resolve("model.safetensors"), model.transformer().weights());
    AtomicFiles.write(folder.resolve("tokenizer.json"), out -> out.write(assets.tokenizerJson()));
    ObjectNode tokenizer = JSON.createObjectNode();
    tokenizer.put("tokenizer_class", "PreTrainedTokenizerFast");
    tokenizer.put("model_max_length", assets.config().maxPositions());
    assets.specialTokens().forEach(tokenizer::put);
    if (assets.chatTemplate() != null) {
      tokenizer.put("chat_template", assets.chatTemplate());
    }
    writeJson(folder.resolve("tokenizer_config.json"), tokenizer);
    writeJson(folder.resolve("config.json"), config(model));
    ObjectNode generation = JSON.createObjectNode();
    putStops(generation, assets);
    writeJson(folder.resolve("generation_config.json"), generation);
  }

  private static void writeJson(Path file, ObjectNode node) throws IOException {
    AtomicFiles.writeString(file, node.toPrettyString());
  }

  private static void putStops(ObjectNode node, ModelAssets assets) {
    List<Integer> stops = List.copyOf(assets.stopTokens());
    if (stops.size() == 1) {
      node.put("eos_token_id", stops.get(0));
    } else if (!stops.isEmpty()) {
      ArrayNode list = node.putArray("eos_token_id");
      stops.forEach(list::add);
    }
  }

  private static ObjectNode config(PolicyModel model) {
    ModelConfig config = model.assets().config();
    ObjectNode node = JSON.createObjectNode();
    node.put("model_type", config.modelType());
    node.putArray("architectures").add(ARCHITECTURES.get(config.modelType()));
    node.put("vocab_size", config.vocabulary());
    node.put("hidden_size", config.hidden());
    node.put("intermediate_size", config.feedForward());
    node.put("num_hidden_layers", config.layers());
    node.put("num_attention_heads", config.heads());
    node.put("num_key_value_heads", config.kvHeads());
    node.put("head_dim", config.headDim());
    node.put("hidden_act", "silu");
    node.put("rms_norm_eps", config.normEpsilon());
    node.put("max_position_embeddings", config.maxPositions());
    node.put("tie_word_embeddings", config.tiedHead());
    node.put("attention_bias", config.attentionBias());
    node.put("torch_dtype", "float32");
    if (config.slidingWindow() > 0) {
      node.put("sliding_window", config.slidingWindow());
    }
    RopeConfig rope = config.rope();
    node.put("rope_theta", rope.theta());
    if (!rope.type().equals("default")) {
      ObjectNode scaling = node.putObject("rope_scaling");
      scaling.put("rope_type", rope.type());
      scaling.put("factor", rope.factor());
      scaling.put("low_freq_factor", rope.lowFrequencyFactor());
      scaling.put("high_freq_factor", rope.highFrequencyFactor());
      scaling.put("original_max_position_embeddings", rope.originalPositions());
    }
    putStops(node, model.assets());
    return node;
  }
}
