package org.align4j.policy.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.policy.model.Biases;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;
import org.align4j.policy.model.SlidingWindow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code config.json} as transformers' LlamaConfig, MistralConfig and Qwen2Config do. A field
 * that changes what a decoder computes is read, or refused unless it changes nothing.
 */
final class HuggingFaceConfig {
  private static final Logger LOG = LoggerFactory.getLogger(HuggingFaceConfig.class);
  private static final String SLIDING = "sliding_attention";
  private static final String FULL = "full_attention";

  /** Names of SiLU among transformers' activations. */
  private static final Set<String> SILU = Set.of("silu", "swish");

  /** Fields of other decoders by the number that means "as in Llama". */
  private static final Map<String, Double> FACTORS =
      Map.of(
          "partial_rotary_factor", 1.0,
          "rotary_pct", 1.0,
          "residual_multiplier", 1.0,
          "embedding_multiplier", 1.0,
          "logits_scaling", 1.0,
          "logit_scale", 1.0,
          "scale_emb", 1.0);

  /** Fields of other decoders that must be absent, null, false, 0 or empty. */
  private static final List<String> SWITCHES =
      List.of(
          "attention_multiplier",
          "query_pre_attn_scalar",
          "attn_logit_softcapping",
          "final_logit_softcapping",
          "clip_qkv",
          "scale_depth",
          "dim_model_base",
          "rotary_dim",
          "rope_interleaved",
          "rope_local_base_freq",
          "no_rope_layers",
          "no_rope_layer_interval",
          "attention_chunk_size",
          "attn_temperature_tuning",
          "use_bidirectional_attention",
          "use_mrope",
          "alibi",
          "qk_norm",
          "use_qk_norm",
          "qk_layernorm",
          "parallel_attn",
          "use_parallel_residual",
          "add_cross_attention",
          "num_experts",
          "num_local_experts",
          "n_routed_experts",
          "quantization_config",
          "hidden_activation",
          "activation_function");

  private static final Set<String> ROPE_FIELDS =
      Set.of(
          "rope_type",
          "type",
          "rope_theta",
          "factor",
          "low_freq_factor",
          "high_freq_factor",
          "original_max_position_embeddings",
          "partial_rotary_factor");

  private final JsonFields fields;
  private final Architecture architecture;

  private HuggingFaceConfig(JsonFields fields, Architecture architecture) {
    this.fields = fields;
    this.architecture = architecture;
  }

  /**
   * Reads a configuration.
   *
   * @param file its name, for messages
   * @throws ModelFileException names the file and the field that is wrong or not supported
   */
  static ModelConfig read(Path file, JsonNode node) {
    String type = node.path("model_type").asText();
    Architecture architecture =
        Architecture.of(type)
            .orElseThrow(
                () ->
                    new UnsupportedModelException(
                        file
                            + ": model_type is \""
                            + type
                            + "\"; supported are "
                            + Architecture.modelTypes()
                            + "; docs/extending.md tells how to add one"));
    try {
      return new HuggingFaceConfig(new JsonFields(file, node), architecture).config();
    } catch (IllegalArgumentException e) {
      throw new ModelFileException(file + ": " + e.getMessage(), e);
    }
  }

  private ModelConfig config() {
    refuseOtherMathematics();
    int heads = fields.integer("num_attention_heads");
    int hidden = fields.integer("hidden_size");
    int layers = fields.integer("num_hidden_layers");
    return new ModelConfig(
        architecture.modelType,
        fields.integer("vocab_size"),
        hidden,
        fields.integer("intermediate_size"),
        layers,
        heads,
        kvHeads(heads),
        fields.integer("head_dim", hidden / Math.max(1, heads)),
        (float) fields.number("rms_norm_eps", 1e-6),
        rope(),
        fields.flag("tie_word_embeddings"),
        window(layers),
        biases(),
        fields.integer("max_position_embeddings"));
  }

  private int kvHeads(int heads) {
    boolean absent = fields.get("num_key_value_heads").isMissingNode();
    return absent && architecture.absentKvHeads > 0
        ? architecture.absentKvHeads
        : fields.integer("num_key_value_heads", heads);
  }

  private void refuseOtherMathematics() {
    if (!SILU.contains(fields.text("hidden_act"))) {
      throw fields.unsupported("hidden_act", "\"silu\"");
    }
    FACTORS.forEach(
        (name, neutral) -> {
          if (fields.number(name, neutral) != neutral) {
            throw fields.unsupported(name, neutral + ", since other values are not computed");
          }
        });
    for (String name : SWITCHES) {
      JsonNode value = fields.get(name);
      boolean off =
          value.isContainerNode()
              ? value.isEmpty()
              : !value.asBoolean(false) && !value.isTextual() && value.asDouble() == 0;
      if (!off) {
        throw fields.unsupported(
            name, "none, since a " + architecture.modelType + " has none here");
      }
    }
    if (fields.number("attention_dropout", 0) != 0) {
      LOG.warn(
          "{}: attention_dropout {} is not applied in training, as with TRL's disable_dropout",
          fields.file(),
          fields.get("attention_dropout"));
    }
  }

  private Biases biases() {
    boolean attention = fields.flag("attention_bias");
    boolean feedForward = fields.flag("mlp_bias");
    if (architecture == Architecture.LLAMA) {
      return new Biases(attention, attention, feedForward);
    }
    if (feedForward) {
      throw fields.unsupported("mlp_bias", "false in a " + architecture.modelType);
    }
    if (architecture == Architecture.QWEN2) {
      // Its classes do not read attention_bias.
      return Biases.QKV;
    }
    if (attention) {
      throw fields.unsupported("attention_bias", "false in a " + architecture.modelType);
    }
    return Biases.NONE;
  }

  private SlidingWindow window(int layers) {
    SlidingWindow window =
        switch (architecture) {
          case LLAMA -> llamaWindow();
          case MISTRAL -> mistralWindow(layers);
          case QWEN2 -> qwen2Window(layers);
        };
    checkLayerTypes(window, layers);
    return window;
  }

  /** LlamaConfig has no window, so a file that asks for one means another decoder. */
  private SlidingWindow llamaWindow() {
    int keys = fields.integer("sliding_window", 0);
    if (fields.flag("use_sliding_window")
        || (keys > 0 && keys < fields.integer("max_position_embeddings"))) {
      throw fields.wrong(
          fields.flag("use_sliding_window") ? "use_sliding_window" : "sliding_window",
          "none in a llama, whose layers see all keys");
    }
    return SlidingWindow.NONE;
  }

  private SlidingWindow mistralWindow(int layers) {
    boolean absent = fields.get("sliding_window").isMissingNode();
    int keys = absent ? 4096 : fields.integer("sliding_window", 0);
    return keys == 0 && !fields.has("sliding_window")
        ? SlidingWindow.NONE
        : SlidingWindow.of(positive(keys), 0, layers);
  }

  private SlidingWindow qwen2Window(int layers) {
    if (!fields.flag("use_sliding_window")) {
      return SlidingWindow.NONE;
    }
    boolean absent = fields.get("sliding_window").isMissingNode();
    if (!absent && !fields.has("sliding_window")) {
      return SlidingWindow.NONE;
    }
    int keys = positive(fields.integer("sliding_window", 4096));
    if (fields.has("layer_types")) {
      Set<Integer> limited = new HashSet<>();
      for (int i = 0; i < fields.get("layer_types").size(); i++) {
        if (fields.get("layer_types").get(i).asText().equals(SLIDING)) {
          limited.add(i);
        }
      }
      return limited.isEmpty() ? SlidingWindow.NONE : new SlidingWindow(keys, limited);
    }
    int first = fields.integer("max_window_layers", 28);
    return first >= layers
        ? SlidingWindow.NONE
        : SlidingWindow.of(keys, Math.max(0, first), layers);
  }

  private int positive(int keys) {
    if (keys <= 0) {
      throw fields.wrong("sliding_window", "a positive integer or null");
    }
    return keys;
  }

  /** What {@code layer_types} says of every layer must be what is computed. */
  private void checkLayerTypes(SlidingWindow window, int layers) {
    if (!fields.has("layer_types")) {
      return;
    }
    JsonNode types = fields.get("layer_types");
    boolean agrees = types.isArray() && types.size() == layers;
    for (int i = 0; agrees && i < layers; i++) {
      agrees = types.get(i).asText().equals(window.of(i) > 0 ? SLIDING : FULL);
    }
    if (!agrees) {
      throw new ModelFileException(
          fields.file()
              + ": field \"layer_types\" is "
              + types
              + "; expected one of \"full_attention\" and \"sliding_attention\" for each of "
              + layers
              + " layers, the latter where a "
              + architecture.modelType
              + "'s sliding_window is in use");
    }
  }

  /**
   * transformers 5 keeps everything under rope_parameters, older files rope_theta and rope_scaling.
   */
  private RopeConfig rope() {
    boolean both = fields.has("rope_parameters") && fields.has("rope_scaling");
    if (both && !fields.get("rope_parameters").equals(fields.get("rope_scaling"))) {
      throw fields.wrong("rope_scaling", "nothing else than what rope_parameters says");
    }
    String name = fields.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
    double theta = fields.number("rope_theta", 10_000);
    if (!fields.has(name)) {
      return RopeConfig.plain(theta);
    }
    JsonFields scaling = fields.object(name);
    for (Map.Entry<String, JsonNode> field : scaling.node().properties()) {
      boolean known = ROPE_FIELDS.contains(field.getKey());
      if (!known || (field.getKey().equals("partial_rotary_factor") && isPartial(scaling))) {
        throw new UnsupportedModelException(
            fields.file() + ": " + name + " with \"" + field.getKey() + "\" is not supported");
      }
    }
    String type =
        scaling.has("rope_type")
            ? scaling.text("rope_type")
            : scaling.has("type") ? scaling.text("type") : "default";
    boolean scaled = !type.equals("default");
    boolean llama3 = type.equals("llama3");
    return new RopeConfig(
        scaling.number("rope_theta", theta),
        type,
        scaled ? scaling.number("factor") : 1,
        llama3 ? scaling.number("low_freq_factor") : 1,
        llama3 ? scaling.number("high_freq_factor") : 4,
        llama3 ? scaling.integer("original_max_position_embeddings") : 0);
  }

  private static boolean isPartial(JsonFields scaling) {
    return scaling.number("partial_rotary_factor", 1) != 1;
  }
}
