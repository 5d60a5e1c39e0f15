package org.align4j.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks normalizer, pre-tokenizer and decoder of a {@code tokenizer.json}, step by step. */
final class TokenizerParts {
  /** Steps within steps; real files have two levels. */
  private static final int MAX_DEPTH = 8;

  private static final int MAX_PATTERN = 4000;

  private static final Set<String> BEHAVIORS =
      Set.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");

  private static final Set<String> PREPEND_SCHEMES = Set.of("first", "never", "always");

  /** What a field holds. */
  private enum Kind {
    FLAG,
    OPTIONAL_FLAG,
    TEXT,
    OPTIONAL_TEXT,
    CHARACTER,
    COUNT,
    POSITIVE,
    /** The library cuts so many characters off a token's end without looking how many there are. */
    ZERO,
    PATTERN,
    BEHAVIOR,
    OPTIONAL_SCHEME,
    STEPS
  }

  private static final Map<String, Kind> BYTE_LEVEL =
      Map.of(
          "add_prefix_space", Kind.OPTIONAL_FLAG,
          "trim_offsets", Kind.OPTIONAL_FLAG,
          "use_regex", Kind.OPTIONAL_FLAG);

  private static final Map<String, Kind> METASPACE =
      Map.of(
          "replacement", Kind.CHARACTER,
          "add_prefix_space", Kind.OPTIONAL_FLAG,
          "prepend_scheme", Kind.OPTIONAL_SCHEME,
          "split", Kind.OPTIONAL_FLAG,
          "str_rep", Kind.OPTIONAL_TEXT);

  private static final Map<String, Kind> REPLACE =
      Map.of("pattern", Kind.PATTERN, "content", Kind.TEXT);

  private static final Map<String, Map<String, Kind>> NORMALIZERS =
      Map.ofEntries(
          Map.entry(
              "BertNormalizer",
              Map.of(
                  "clean_text", Kind.FLAG,
                  "handle_chinese_chars", Kind.FLAG,
                  "strip_accents", Kind.OPTIONAL_FLAG,
                  "lowercase", Kind.FLAG)),
          Map.entry("Strip", Map.of("strip_left", Kind.FLAG, "strip_right", Kind.FLAG)),
          Map.entry("StripAccents", Map.of()),
          Map.entry("NFC", Map.of()),
          Map.entry("NFD", Map.of()),
          Map.entry("NFKC", Map.of()),
          Map.entry("NFKD", Map.of()),
          Map.entry("Nmt", Map.of()),
          Map.entry("Lowercase", Map.of()),
          Map.entry("ByteLevel", Map.of()),
          Map.entry("Prepend", Map.of("prepend", Kind.TEXT)),
          Map.entry("Replace", REPLACE),
          Map.entry("Sequence", Map.of("normalizers", Kind.STEPS)));

  private static final Map<String, Map<String, Kind>> PRE_TOKENIZERS =
      Map.ofEntries(
          Map.entry("BertPreTokenizer", Map.of()),
          Map.entry("ByteLevel", BYTE_LEVEL),
          Map.entry("CharDelimiterSplit", Map.of("delimiter", Kind.CHARACTER)),
          Map.entry("Metaspace", METASPACE),
          Map.entry("Whitespace", Map.of()),
          Map.entry("WhitespaceSplit", Map.of()),
          Map.entry("UnicodeScripts", Map.of()),
          Map.entry("Digits", Map.of("individual_digits", Kind.FLAG)),
          Map.entry("Punctuation", Map.of("behavior", Kind.BEHAVIOR)),
          Map.entry("FixedLength", Map.of("length", Kind.POSITIVE)),
          Map.entry(
              "Split",
              Map.of("pattern", Kind.PATTERN, "behavior", Kind.BEHAVIOR, "invert", Kind.FLAG)),
          Map.entry("Sequence", Map.of("pretokenizers", Kind.STEPS)));

  private static final Map<String, Map<String, Kind>> DECODERS =
      Map.ofEntries(
          Map.entry("ByteLevel", BYTE_LEVEL),
          Map.entry("Metaspace", METASPACE),
          Map.entry("ByteFallback", Map.of()),
          Map.entry("Fuse", Map.of()),
          Map.entry("BPEDecoder", Map.of("suffix", Kind.TEXT)),
          Map.entry("WordPiece", Map.of("prefix", Kind.TEXT, "cleanup", Kind.FLAG)),
          Map.entry(
              "CTC",
              Map.of(
                  "pad_token", Kind.TEXT, "word_delimiter_token", Kind.TEXT, "cleanup", Kind.FLAG)),
          Map.entry(
              "Strip", Map.of("content", Kind.CHARACTER, "start", Kind.COUNT, "stop", Kind.ZERO)),
          Map.entry("Replace", REPLACE),
          Map.entry("Sequence", Map.of("decoders", Kind.STEPS)));

  private static final Map<String, Map<String, Map<String, Kind>>> STEPS =
      Map.of("normalizer", NORMALIZERS, "pre_tokenizer", PRE_TOKENIZERS, "decoder", DECODERS);

  private final TokenizerJson checker;

  TokenizerParts(TokenizerJson checker) {
    this.checker = checker;
  }

  /** Checks a part, which may be absent. */
  void check(String part, JsonNode node) {
    if (!TokenizerJson.absent(node)) {
      step(STEPS.get(part), part, node, 1);
    }
  }

  private void step(Map<String, Map<String, Kind>> known, String at, JsonNode node, int depth) {
    if (!node.isObject() || depth > MAX_DEPTH) {
      throw checker.bad(at, "expected an object, at most " + MAX_DEPTH + " levels deep");
    }
    Map<String, Kind> fields = known.get(node.path("type").asText());
    if (fields == null) {
      List<String> types = known.keySet().stream().sorted().toList();
      throw checker.bad(at, "type is " + quoted(node.path("type")) + "; supported are " + types);
    }
    fields.forEach(
        (name, kind) -> {
          JsonNode value = node.path(name);
          String where = at + "." + name;
          if (kind != Kind.STEPS) {
            field(kind, where, value);
          } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
              step(known, where + "[" + i + "]", value.get(i), depth + 1);
            }
          } else {
            throw checker.bad(where, "expected an array of steps");
          }
        });
  }

  private static String quoted(JsonNode type) {
    return type.isTextual() ? "\"" + type.textValue() + "\"" : "missing";
  }

  private void field(Kind kind, String at, JsonNode value) {
    switch (kind) {
      case FLAG -> checker.flag(at, value);
      case OPTIONAL_FLAG -> checker.optionalFlag(at, value);
      case TEXT -> checker.text(at, value);
      case OPTIONAL_TEXT -> checker.optionalText(at, value);
      case COUNT -> checker.count(at, value, 0);
      case POSITIVE -> checker.count(at, value, 1);
      case ZERO -> require(value.isInt() && value.asInt() == 0, at, "only 0 is supported");
      case CHARACTER -> {
        checker.text(at, value);
        String text = value.textValue();
        require(text.codePointCount(0, text.length()) == 1, at, "expected one character");
      }
      case BEHAVIOR -> require(BEHAVIORS.contains(value.asText()), at, "expected " + BEHAVIORS);
      case OPTIONAL_SCHEME ->
          require(
              TokenizerJson.absent(value) || PREPEND_SCHEMES.contains(value.asText()),
              at,
              "expected " + PREPEND_SCHEMES);
      case PATTERN -> pattern(at, value);
      case STEPS -> throw new IllegalStateException(at);
    }
  }

  private void pattern(String at, JsonNode value) {
    JsonNode text = value.has("String") ? value.get("String") : value.path("Regex");
    boolean usable = value.isObject() && value.size() == 1 && text.isTextual();
    require(
        usable && !text.asText().isEmpty() && text.asText().length() <= MAX_PATTERN,
        at,
        "expected {\"String\": text} or {\"Regex\": pattern}, neither empty");
  }

  private void require(boolean condition, String at, String what) {
    if (!condition) {
      throw checker.bad(at, what);
    }
  }
}
