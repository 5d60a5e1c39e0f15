package org.align4j.policy.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;
import org.align4j.policy.model.ScalarHead;
import org.align4j.policy.model.ScalarModel;

/**
 * Writes models as Hugging Face folders that transformers loads: float32 weights, tokenizer,
 * template.
 */
public final class ModelFolders {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> ARCHITECTURES =
      Map.of("llama", "Llama", "mistral", "Mistral", "qwen2", "Qwen2");

  private ModelFolders() {}

  /** Writes a language model; merge an adapter first to have it included. */
  public static void write(PolicyModel model, Path folder) throws IOException {
    write(
        model.assets(),
        model.transformer().weights(),
        config(model.assets(), "ForCausalLM"),
        folder);
  }

  /** Writes a decoder with a scalar head as a sequence classifier with one label. */
  public static void writeClassifier(PolicyModel base, ScalarModel model, Path folder)
      throws IOException {
    ObjectNode config = config(base.assets(), "ForSequenceClassification");
    config.putObject("id2label").put("0", "LABEL_0");
    config.putObject("label2id").put("LABEL_0", 0);
    // transformers finds the last token of a padded row by it.
    String pad = base.assets().specialTokens().get("pad_token");
    if (pad != null) {
      config.put("pad_token_id", base.tokenizer().encode(pad)[0]);
    }
    write(base.assets(), model.weights(), config, folder);
  }

  /** Reads the scalar head of a sequence classifier's folder. */
  public static void readHead(Path folder, ScalarModel model) {
    try (WeightSource weights = SafetensorsReader.openFolder(folder)) {
      weights.read(ScalarHead.NAME, model.head().parameter().value());
    }
  }

  private static void write(
      ModelAssets assets, Map<String, Tensor> weights, ObjectNode config, Path folder)
      throws IOException {
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights);
    AtomicFiles.write(folder.resolve("tokenizer.json"), out -> out.write(assets.tokenizerJson()));
    ObjectNode tokenizer = JSON.createObjectNode();
    tokenizer.put("tokenizer_class", "PreTrainedTokenizerFast");
    tokenizer.put("model_max_length", assets.config().maxPositions());
    assets.specialTokens().forEach(tokenizer::put);
    if (assets.addBos() != null) {
      tokenizer.put("add_bos_token", assets.addBos());
    }
    if (assets.chatTemplate() != null) {
      tokenizer.put("chat_template", assets.chatTemplate());
    }
    writeJson(folder.resolve("tokenizer_config.json"), tokenizer);
    writeJson(folder.resolve("config.json"), config);
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

  private static ObjectNode config(ModelAssets assets, String kind) {
    ModelConfig config = assets.config();
    ObjectNode node = JSON.createObjectNode();
    node.put("model_type", config.modelType());
    node.putArray("architectures").add(ARCHITECTURES.get(config.modelType()) + kind);
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
    putStops(node, assets);
    return node;
  }
}
