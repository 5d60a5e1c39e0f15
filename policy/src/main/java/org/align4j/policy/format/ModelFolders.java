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
import org.align4j.policy.model.Biases;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;
import org.align4j.policy.model.ScalarHead;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.SlidingWindow;

/**
 * Writes models as Hugging Face folders that transformers loads: float32 weights, tokenizer,
 * template.
 */
public final class ModelFolders {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ModelFolders() {}

  /**
   * Writes a language model; merge an adapter first to have it included.
   *
   * @param model is read, not changed
   * @param folder is made if it is not there
   * @throws IOException names the file that cannot be written
   */
  public static void write(PolicyModel model, Path folder) throws IOException {
    write(model.assets(), model.transformer(), folder);
  }

  static void write(ModelAssets assets, DecoderTransformer model, Path folder) throws IOException {
    write(assets, model.weights(), config(assets, "ForCausalLM"), folder);
  }

  /**
   * Writes a decoder with a scalar head as a sequence classifier with one label.
   *
   * @param base gives configuration and tokenizer
   * @param model gives the weights
   * @param folder is made if it is not there
   * @throws IOException names the file that cannot be written
   */
  public static void writeClassifier(PolicyModel base, ScalarHeadModel model, Path folder)
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

  /**
   * Reads the scalar head of a sequence classifier's folder.
   *
   * @param folder of a sequence classifier
   * @param model whose head is overwritten
   */
  public static void readHead(Path folder, ScalarHeadModel model) {
    try (WeightSource weights = SafetensorsReader.openFolder(folder)) {
      weights.read(ScalarHead.NAME, model.head().parameter().value());
    }
  }

  private static void write(
      ModelAssets assets, Map<String, Tensor> weights, ObjectNode config, Path folder)
      throws IOException {
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights);
    byte[] tokenizerJson = assets.tokenizerJson().orElseThrow();
    AtomicFiles.write(folder.resolve("tokenizer.json"), out -> out.write(tokenizerJson));
    ObjectNode tokenizer = JSON.createObjectNode();
    tokenizer.put("tokenizer_class", "PreTrainedTokenizerFast");
    tokenizer.put("model_max_length", assets.config().maxPositions());
    assets.specialTokens().forEach(tokenizer::put);
    if (assets.beginning() != ModelAssets.Beginning.AS_TOKENIZER_SAYS) {
      tokenizer.put("add_bos_token", assets.beginning() == ModelAssets.Beginning.BOS);
    }
    assets.chatTemplate().ifPresent(template -> tokenizer.put("chat_template", template));
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
    Architecture architecture = Architecture.of(config.modelType()).orElseThrow();
    ObjectNode node = JSON.createObjectNode();
    node.put("model_type", architecture.modelType);
    node.putArray("architectures").add(architecture.classPrefix + kind);
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
    node.put("torch_dtype", "float32");
    putBiases(node, assets);
    putWindow(node, config);
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

  /** LlamaConfig can say of attention and feed-forward whether all of its projections have one. */
  private static void putBiases(ObjectNode node, ModelAssets assets) {
    Biases biases = assets.config().biases();
    if (!node.get("model_type").asText().equals(Architecture.LLAMA.modelType)) {
      return;
    }
    if (biases.qkv() != biases.output()) {
      throw new ModelFileException(
          assets.origin()
              + ": has biases on "
              + (biases.qkv() ? "q, k and v but not on o" : "o but not on q, k and v")
              + ", which no config.json of a llama can say");
    }
    node.put("attention_bias", biases.qkv());
    node.put("mlp_bias", biases.feedForward());
  }

  private static void putWindow(ObjectNode node, ModelConfig config) {
    SlidingWindow window = config.window();
    if (config.modelType().equals(Architecture.MISTRAL.modelType)) {
      // Without the field transformers takes a window of 4096.
      node.put("sliding_window", window.keys() > 0 ? Integer.valueOf(window.keys()) : null);
    } else if (window.keys() > 0) {
      node.put("use_sliding_window", true);
      node.put("sliding_window", window.keys());
      ArrayNode types = node.putArray("layer_types");
      for (int i = 0; i < config.layers(); i++) {
        types.add(window.of(i) > 0 ? "sliding_attention" : "full_attention");
      }
      int first = window.layers().stream().mapToInt(Integer::intValue).min().orElseThrow();
      node.put("max_window_layers", first);
    }
  }
}
