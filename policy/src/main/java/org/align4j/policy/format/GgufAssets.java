package org.align4j.policy.format;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
        GgufConfig.read(file),
        Optional.of(GgufTokenizer.toJson(file)),
        Optional.ofNullable(file.string("tokenizer.chat_template", null)),
        special,
        stops,
        file.flag("tokenizer.ggml.add_bos_token", beginsWithBos(file))
            ? ModelAssets.Beginning.BOS
            : ModelAssets.Beginning.NOTHING);
  }

  /** llama.cpp's default for files without the key: of these vocabularies Llama 3's alone. */
  private static boolean beginsWithBos(GgufReader file) {
    String pre = file.string("tokenizer.ggml.pre", "default");
    return pre.equals("llama-bpe") || pre.equals("llama3");
  }
}
