package org.align4j.policy.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.BitSet;
import java.util.Map;

/**
 * Checks a {@code tokenizer.json} before native code sees it. Hugging Face's library answers some
 * corrupt files by a panic, which ends the whole JVM: a decoder that is none, a merge shorter than
 * the prefix of its tokens, characters to cut where there may be none. So everything it reads is
 * checked here, and it is given the text written anew from what was checked.
 */
final class TokenizerJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Far above any vocabulary; keeps tables of ids small. */
  private static final int MAX_ID = 1 << 24;

  private final String source;

  private TokenizerJson(String source) {
    this.source = source;
  }

  /**
   * A file that was checked.
   *
   * @param json without what this library does not use: truncation, padding and the post-processor
   * @param beginning the ids that the post-processor puts before a text
   */
  record Checked(byte[] json, int[] beginning) {}

  /**
   * Checks a file.
   *
   * @param source where it came from, for messages
   * @throws IllegalArgumentException names the source and the field that is wrong
   */
  static Checked checked(String source, byte[] json) {
    TokenizerJson checker = new TokenizerJson(source);
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          source + ": not a usable tokenizer.json: " + e.getOriginalMessage() + place(e), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(source + ": not a usable tokenizer.json: " + e, e);
    }
    if (!root.isObject()) {
      throw checker.bad("the file", "expected an object");
    }
    ObjectNode out = (ObjectNode) root;
    checker.check(out);
    int[] beginning = new PostProcessor(checker).beginning(out.path("post_processor"));
    out.putNull("truncation").putNull("padding").putNull("post_processor");
    checker.characters(out);
    try {
      return new Checked(JSON.writeValueAsBytes(out), beginning);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          source + ": not a usable tokenizer.json: " + e.getOriginalMessage(), e);
    }
  }

  private static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ")";
  }

  /** Half a surrogate pair is no text, though JSON can escape it. */
  private void characters(JsonNode node) {
    if (node.isTextual()) {
      characters(node.textValue());
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      characters(field.getKey());
    }
    node.forEach(this::characters);
  }

  private void characters(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
      if (pair) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw bad("a string of " + text.length() + " characters", "holds half a surrogate pair");
      }
    }
  }

  private void check(ObjectNode root) {
    if (!root.path("version").asText().equals("1.0")) {
      throw bad("version", "expected \"1.0\"");
    }
    TokenizerParts parts = new TokenizerParts(this);
    parts.check("normalizer", root.path("normalizer"));
    parts.check("pre_tokenizer", root.path("pre_tokenizer"));
    parts.check("decoder", root.path("decoder"));
    JsonNode added = root.path("added_tokens");
    if (!added.isArray() && !added.isMissingNode()) {
      throw bad("added_tokens", "expected an array");
    }
    for (int i = 0; i < added.size(); i++) {
      addedToken("added_tokens[" + i + "]", added.get(i));
    }
    JsonNode model = root.path("model");
    if (!model.isObject()) {
      throw bad("model", "expected an object");
    }
    model((ObjectNode) model);
  }

  private void addedToken(String at, JsonNode token) {
    id(at + ".id", token.path("id"));
    text(at + ".content", token.path("content"));
    for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
      flag(at + "." + flag, token.path(flag));
    }
  }

  /** Files of the first releases name no type. */
  private static String modelType(JsonNode model) {
    if (model.has("type")) {
      return model.get("type").asText();
    }
    if (model.has("merges")) {
      return "BPE";
    }
    if (model.path("vocab").isArray()) {
      return "Unigram";
    }
    return model.has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
  }

  private void model(ObjectNode model) {
    String type = modelType(model);
    model.put("type", type);
    switch (type) {
      case "BPE" -> bpe(model);
      case "Unigram" -> unigram(model);
      case "WordPiece" -> {
        vocabulary(model.path("vocab"));
        text("model.unk_token", model.path("unk_token"));
        text("model.continuing_subword_prefix", model.path("continuing_subword_prefix"));
        count("model.max_input_chars_per_word", model.path("max_input_chars_per_word"), 1);
      }
      case "WordLevel" -> {
        vocabulary(model.path("vocab"));
        text("model.unk_token", model.path("unk_token"));
      }
      default -> throw bad("model.type", "supported are BPE, Unigram, WordPiece and WordLevel");
    }
  }

  private void bpe(JsonNode model) {
    JsonNode dropout = model.path("dropout");
    boolean probability = dropout.isNumber() && dropout.asDouble() >= 0 && dropout.asDouble() <= 1;
    if (!absent(dropout) && !probability) {
      throw bad("model.dropout", "expected null or a number from 0 to 1");
    }
    for (String name : new String[] {"unk_token", "end_of_word_suffix"}) {
      optionalText("model." + name, model.path(name));
    }
    for (String name : new String[] {"fuse_unk", "byte_fallback", "ignore_merges"}) {
      optionalFlag("model." + name, model.path(name));
    }
    vocabulary(model.path("vocab"));
    JsonNode prefix = model.path("continuing_subword_prefix");
    optionalText("model.continuing_subword_prefix", prefix);
    if (!model.path("merges").isArray()) {
      throw bad("model.merges", "expected an array");
    }
    int i = 0;
    JsonNode first = model.get("merges").path(0);
    for (JsonNode merge : model.get("merges")) {
      if (merge.getNodeType() != first.getNodeType()) {
        throw bad("model.merges[" + i + "]", "expected a pair like the first one");
      }
      merge("model.merges[" + i++ + "]", merge, model.get("vocab"), prefix.asText(""));
    }
  }

  /** Both tokens and their union are in the vocabulary; a prefix is cut off the second. */
  private void merge(String at, JsonNode merge, JsonNode vocabulary, String prefix) {
    String left;
    String right;
    if (merge.isArray() && merge.size() == 2 && merge.get(0).isTextual()) {
      left = merge.get(0).textValue();
      right = merge.get(1).isTextual() ? merge.get(1).textValue() : null;
    } else {
      String[] pair = merge.asText().split(" ", -1);
      left = pair[0];
      right = merge.isTextual() && pair.length == 2 ? pair[1] : null;
    }
    if (right == null || left.isEmpty() || right.isEmpty()) {
      throw bad(at, "expected a pair of tokens");
    }
    if (!prefix.isEmpty() && !right.startsWith(prefix)) {
      throw bad(at, "its second token does not begin with continuing_subword_prefix");
    }
    for (String token : new String[] {left, right, left + right.substring(prefix.length())}) {
      if (!vocabulary.has(token)) {
        throw bad(at, "the vocabulary does not hold \"" + token + "\"");
      }
    }
  }

  private void vocabulary(JsonNode vocabulary) {
    if (!vocabulary.isObject()) {
      throw bad("model.vocab", "expected an object");
    }
    BitSet taken = new BitSet();
    for (Map.Entry<String, JsonNode> token : vocabulary.properties()) {
      String at = "model.vocab[\"" + token.getKey() + "\"]";
      id(at, token.getValue());
      if (taken.get(token.getValue().asInt())) {
        throw bad(at, "another token has the id " + token.getValue());
      }
      taken.set(token.getValue().asInt());
    }
  }

  private void unigram(JsonNode model) {
    JsonNode vocabulary = model.path("vocab");
    if (!vocabulary.isArray() || vocabulary.isEmpty()) {
      throw bad("model.vocab", "expected an array of tokens with scores");
    }
    for (int i = 0; i < vocabulary.size(); i++) {
      JsonNode entry = vocabulary.get(i);
      boolean pair = entry.isArray() && entry.size() == 2 && entry.get(1).isNumber();
      if (!pair || entry.get(0).asText().isEmpty() || !Double.isFinite(entry.get(1).asDouble())) {
        throw bad("model.vocab[" + i + "]", "expected a token and its score");
      }
      text("model.vocab[" + i + "][0]", entry.get(0));
    }
    optionalFlag("model.byte_fallback", model.path("byte_fallback"));
    JsonNode unknown = model.path("unk_id");
    if (!absent(unknown)) {
      count("model.unk_id", unknown, 0);
      if (unknown.asInt() >= vocabulary.size()) {
        throw bad("model.unk_id", "the vocabulary has " + vocabulary.size() + " tokens");
      }
    }
  }

  static boolean absent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  void id(String at, JsonNode node) {
    count(at, node, 0);
    if (node.asInt() >= MAX_ID) {
      throw bad(at, "expected a token id below " + MAX_ID);
    }
  }

  void count(String at, JsonNode node, int least) {
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.asInt() < least) {
      throw bad(at, "expected an integer from " + least);
    }
  }

  void text(String at, JsonNode node) {
    if (!node.isTextual()) {
      throw bad(at, "expected a string");
    }
  }

  void optionalText(String at, JsonNode node) {
    if (!absent(node)) {
      text(at, node);
    }
  }

  void flag(String at, JsonNode node) {
    if (!node.isBoolean()) {
      throw bad(at, "expected true or false");
    }
  }

  void optionalFlag(String at, JsonNode node) {
    if (!absent(node)) {
      flag(at, node);
    }
  }

  IllegalArgumentException bad(String at, String what) {
    return new IllegalArgumentException(
        source + ": not a usable tokenizer.json: " + at + ": " + what);
  }
}
