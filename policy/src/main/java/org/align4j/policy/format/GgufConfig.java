package org.align4j.policy.format;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.align4j.policy.model.Biases;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;
import org.align4j.policy.model.SlidingWindow;

/**
 * Reads what a GGUF file's metadata says of a decoder, as llama.cpp does. Every key of the
 * architecture is read, known to change nothing, or refused.
 */
final class GgufConfig {
  private static final Set<String> SUPPORTED = Set.of("llama", "qwen2");

  private static final Set<String> READ =
      Set.of(
          "context_length",
          "embedding_length",
          "block_count",
          "feed_forward_length",
          "attention.head_count",
          "attention.head_count_kv",
          "attention.key_length",
          "attention.value_length",
          "attention.layer_norm_rms_epsilon",
          "attention.sliding_window",
          "rope.freq_base",
          "rope.dimension_count",
          "rope.scaling.type");

  /** Notes on how the file was made. */
  private static final Set<String> NOTES =
      Set.of(
          "vocab_size",
          "tensor_data_layout",
          "rope.scaling.finetuned",
          "rope.scaling.original_context_length");

  /** Keys by the values that mean "as in Llama". */
  private static final Map<String, List<Object>> NEUTRAL =
      Map.ofEntries(
          Map.entry("attention.causal", List.of(true)),
          Map.entry("attention.clamp_kqv", List.of(0.0)),
          Map.entry("attention.max_alibi_bias", List.of(0.0)),
          Map.entry("attn_logit_softcapping", List.of(0.0)),
          Map.entry("final_logit_softcapping", List.of(0.0)),
          Map.entry("embedding_scale", List.of(0.0, 1.0)),
          Map.entry("residual_scale", List.of(0.0, 1.0)),
          Map.entry("logit_scale", List.of(0.0, 1.0)),
          Map.entry("attention.scale", List.of(0.0)),
          Map.entry("expert_count", List.of(0L)),
          Map.entry("expert_used_count", List.of(0L)),
          Map.entry("use_parallel_residual", List.of(false)),
          Map.entry("rope.scale_linear", List.of(0.0, 1.0)),
          Map.entry("rope.scaling.factor", List.of(0.0, 1.0)),
          Map.entry("rope.scaling.attn_factor", List.of(0.0, 1.0)));

  private final GgufReader file;
  private final String prefix;

  private GgufConfig(GgufReader file, String architecture) {
    this.file = file;
    prefix = architecture + ".";
  }

  /**
   * Reads a configuration.
   *
   * @throws ModelFileException names the file and the key that is wrong or not supported
   */
  static ModelConfig read(GgufReader file) {
    String type = file.string("general.architecture");
    if (!SUPPORTED.contains(type)) {
      throw file.unsupported(
          "general.architecture is \"" + type + "\"; supported are llama and qwen2");
    }
    try {
      return new GgufConfig(file, type).config(type);
    } catch (IllegalArgumentException e) {
      throw new ModelFileException(file.path() + ": " + e.getMessage(), e);
    }
  }

  private ModelConfig config(String type) {
    refuseOtherMathematics();
    int heads = integer("attention.head_count");
    int hidden = integer("embedding_length");
    int headDim = file.integer(prefix + "attention.key_length", hidden / Math.max(1, heads));
    requireSame("attention.value_length", headDim);
    requireSame("rope.dimension_count", headDim);
    int positions = integer("context_length");
    int window = file.integer(prefix + "attention.sliding_window", 0);
    if (window != 0 && window < positions) {
      throw unsupported("attention.sliding_window", "none: llama.cpp's " + type + " has none");
    }
    return new ModelConfig(
        type,
        (int) file.shape("model.embed_tokens.weight")[0],
        hidden,
        integer("feed_forward_length"),
        integer("block_count"),
        heads,
        file.integer(prefix + "attention.head_count_kv", heads),
        headDim,
        (float) file.number(prefix + "attention.layer_norm_rms_epsilon"),
        RopeConfig.plain(file.number(prefix + "rope.freq_base", 10_000)),
        !file.names().contains("lm_head.weight"),
        SlidingWindow.NONE,
        biases(),
        positions);
  }

  private int integer(String key) {
    return file.integer(prefix + key);
  }

  /** llama.cpp adds the biases that the file holds. */
  private Biases biases() {
    String layer = "model.layers.0.";
    return new Biases(
        file.names().contains(layer + "self_attn.q_proj.bias"),
        file.names().contains(layer + "self_attn.o_proj.bias"),
        file.names().contains(layer + "mlp.gate_proj.bias"));
  }

  private void refuseOtherMathematics() {
    String scaling = file.string(prefix + "rope.scaling.type", "none");
    if (!scaling.equals("none") || file.names().contains("rope_freqs.weight")) {
      throw file.unsupported(
          "scaled rotary frequencies in GGUF are not supported; use the safetensors folder");
    }
    for (String key : file.metadata().keySet()) {
      String name = key.startsWith(prefix) ? key.substring(prefix.length()) : "";
      if (name.isEmpty() || READ.contains(name) || NOTES.contains(name)) {
        continue;
      }
      List<Object> neutral = NEUTRAL.get(name);
      if (neutral == null) {
        throw unsupported(name, "no such key");
      }
      if (!neutral.contains(file.metadata().get(key))) {
        throw unsupported(name, "one of " + neutral);
      }
    }
  }

  private void requireSame(String key, int headDim) {
    if (file.integer(prefix + key, headDim) != headDim) {
      throw unsupported(key, headDim + ", as the heads of keys have");
    }
  }

  private UnsupportedModelException unsupported(String name, String expected) {
    Object value = file.metadata().get(prefix + name);
    String found = value instanceof List<?> ? "a list" : Objects.toString(value);
    return file.unsupported(
        "metadata \""
            + prefix
            + name
            + "\" is "
            + found
            + "; supported is "
            + expected
            + "; use the safetensors folder");
  }
}
