package org.align4j.policy.format;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;

/** Configuration, tokenizer and chat template out of a GGUF file's metadata. */
final class GgufAssets {
  private GgufAssets() {}

  static ModelAssets read(Path path, GgufReader file) {
    List<String> tokens = file.strings("tokenizer.ggml.tokens");
    Map<String, String> special = new LinkedHashMap<>();
    Map.of("bos_token", "bos", "eos_token", "eos", "pad_token", "padding", "unk_token", "unknown")
        .forEach(
            (name, key) -> {
              int id = file.integer("tokenizer.ggml." + key + "_token_id", -1);
              if (id >= 0 && id < tokens.size()) {
                special.put(name, tokens.get(id));
              }
            });
    Set<Integer> stops = new TreeSet<>();
    for (String key : List.of("eos", "eot")) {
      int id = file.integer("tokenizer.ggml." + key + "_token_id", -1);
      if (id >= 0) {
        stops.add(id);
      }
    }
    return new ModelAssets(
        path,
        config(path, file),
        GgufTokenizer.toJson(file),
        file.string("tokenizer.chat_template", null),
        special,
        stops,
        file.flag("tokenizer.ggml.add_bos_token", beginsWithBos(file)));
  }

  /** llama.cpp's default for files without the key: of these vocabularies Llama 3's alone. */
  private static boolean beginsWithBos(GgufReader file) {
    String pre = file.string("tokenizer.ggml.pre", "default");
    return pre.equals("llama-bpe") || pre.equals("llama3");
  }

  private static ModelConfig config(Path path, GgufReader file) {
    String type = file.string("general.architecture");
    if (!type.equals("llama") && !type.equals("qwen2")) {
      throw new ModelFileException(
          path + ": general.architecture is \"" + type + "\"; supported are llama and qwen2");
    }
    String prefix = type + ".";
    int heads = file.integer(prefix + "attention.head_count");
    int hidden = file.integer(prefix + "embedding_length");
    int headDim = file.integer(prefix + "attention.key_length", hidden / Math.max(1, heads));
    String scaling = file.string(prefix + "rope.scaling.type", "none");
    if (!scaling.equals("none") || file.names().contains("rope_freqs.weight")) {
      throw new ModelFileException(
          path
              + ": scaled rotary frequencies in GGUF are not supported; use the safetensors folder");
    }
    return new ModelConfig(
        type,
        (int) file.shape("model.embed_tokens.weight")[0],
        hidden,
        file.integer(prefix + "feed_forward_length"),
        file.integer(prefix + "block_count"),
        heads,
        file.integer(prefix + "attention.head_count_kv", heads),
        headDim,
        (float) file.number(prefix + "attention.layer_norm_rms_epsilon", 1e-5),
        RopeConfig.plain(file.number(prefix + "rope.freq_base", 10_000)),
        !file.names().contains("lm_head.weight"),
        0,
        type.equals("qwen2"),
        file.integer(prefix + "context_length"));
  }
}
