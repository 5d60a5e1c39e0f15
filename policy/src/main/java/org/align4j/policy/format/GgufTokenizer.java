package org.align4j.policy.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the {@code tokenizer.json} that a GGUF file's embedded byte-level BPE vocabulary amounts
 * to.
 */
final class GgufTokenizer {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** llama.cpp's token types: control tokens are special, user-defined ones are not. */
  private static final int CONTROL = 3;

  private static final int USER_DEFINED = 4;

  private static final String LLAMA3_PATTERN =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String QWEN2_PATTERN = LLAMA3_PATTERN.replace("\\p{N}{1,3}", "\\p{N}");

  private GgufTokenizer() {}

  static byte[] toJson(GgufReader file) {
    String model = file.string("tokenizer.ggml.model");
    if (!model.equals("gpt2")) {
      throw file.bad(
          "tokenizer.ggml.model is \""
              + model
              + "\"; only byte-level BPE (\"gpt2\") can be read from a"
              + " GGUF file; put a tokenizer.json beside the weights instead");
    }
    List<String> tokens = file.strings("tokenizer.ggml.tokens");
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("normalizer");
    addSpecialTokens(root.putArray("added_tokens"), file, tokens);
    root.set("pre_tokenizer", preTokenizer(file));
    root.putNull("post_processor");
    root.set("decoder", byteLevel(true));
    ObjectNode bpe = root.putObject("model");
    bpe.put("type", "BPE");
    bpe.putNull("dropout").putNull("unk_token");
    bpe.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    ObjectNode vocabulary = bpe.putObject("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      if (vocabulary.has(tokens.get(id))) {
        throw file.bad(
            "tokenizer.ggml.tokens holds \"" + tokens.get(id) + "\" twice, last as token " + id);
      }
      vocabulary.put(tokens.get(id), id);
    }
    ArrayNode merges = bpe.putArray("merges");
    for (String merge : file.strings("tokenizer.ggml.merges")) {
      int space = merge.indexOf(' ', 1);
      if (space < 0) {
        throw file.bad("tokenizer.ggml.merges holds \"" + merge + "\", not a pair");
      }
      merges.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
    }
    try {
      return JSON.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void addSpecialTokens(ArrayNode added, GgufReader file, List<String> tokens) {
    int[] types = file.integers("tokenizer.ggml.token_type");
    if (types.length != tokens.size()) {
      throw file.bad(
          "tokenizer.ggml.token_type has "
              + types.length
              + " entries for "
              + tokens.size()
              + " tokens");
    }
    for (int id = 0; id < types.length; id++) {
      if (types[id] == CONTROL || types[id] == USER_DEFINED) {
        ObjectNode token = added.addObject();
        token.put("id", id).put("content", tokens.get(id));
        token.put("single_word", false).put("lstrip", false).put("rstrip", false);
        token.put("normalized", false).put("special", types[id] == CONTROL);
      }
    }
  }

  private static ObjectNode preTokenizer(GgufReader file) {
    String name = file.string("tokenizer.ggml.pre", "default");
    return switch (name) {
      case "default", "gpt-2" -> byteLevel(false);
      case "smollm" -> {
        ObjectNode digits = JSON.createObjectNode();
        digits.put("type", "Digits").put("individual_digits", true);
        yield sequence(digits, byteLevel(false));
      }
      case "llama-bpe", "llama3" -> sequence(split(LLAMA3_PATTERN), byteLevel(false, false));
      case "qwen2" -> sequence(split(QWEN2_PATTERN), byteLevel(false, false));
      default ->
          throw file.bad(
              "tokenizer.ggml.pre is \""
                  + name
                  + "\"; supported are default, gpt-2, smollm, llama-bpe,"
                  + " qwen2");
    };
  }

  private static ObjectNode byteLevel(boolean decoder) {
    return byteLevel(decoder, true);
  }

  private static ObjectNode byteLevel(boolean prefixSpace, boolean regex) {
    ObjectNode node = JSON.createObjectNode();
    node.put("type", "ByteLevel").put("add_prefix_space", prefixSpace);
    node.put("trim_offsets", true).put("use_regex", regex);
    return node;
  }

  private static ObjectNode split(String pattern) {
    ObjectNode node = JSON.createObjectNode();
    node.put("type", "Split");
    node.putObject("pattern").put("Regex", pattern);
    node.put("behavior", "Isolated").put("invert", false);
    return node;
  }

  private static ObjectNode sequence(ObjectNode... steps) {
    ObjectNode node = JSON.createObjectNode();
    node.put("type", "Sequence");
    ArrayNode list = node.putArray("pretokenizers");
    for (ObjectNode step : steps) {
      list.add(step);
    }
    return node;
  }
}
