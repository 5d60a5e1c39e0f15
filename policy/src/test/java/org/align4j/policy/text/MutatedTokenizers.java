package org.align4j.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program for a JVM of its own, which a panic in native code would end: loads tokenizers that
 * were damaged at random, and uses those that load.
 */
final class MutatedTokenizers {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<JsonNode> VALUES =
      List.of(
          JSON.getNodeFactory().nullNode(),
          JSON.<JsonNode>valueToTree(true),
          JSON.<JsonNode>valueToTree(false),
          JSON.<JsonNode>valueToTree(0),
          JSON.<JsonNode>valueToTree(1),
          JSON.<JsonNode>valueToTree(2),
          JSON.<JsonNode>valueToTree(-1),
          JSON.<JsonNode>valueToTree(0.5),
          JSON.<JsonNode>valueToTree(1L << 40),
          JSON.<JsonNode>valueToTree(100_000),
          JSON.<JsonNode>valueToTree(""),
          JSON.<JsonNode>valueToTree("##"),
          JSON.<JsonNode>valueToTree("\u00e4"),
          JSON.<JsonNode>valueToTree(List.of()),
          JSON.<JsonNode>valueToTree(Map.of()),
          JSON.<JsonNode>valueToTree(Map.of("type", "Fuse")),
          JSON.<JsonNode>valueToTree(Map.of("type", "WhitespaceSplit")),
          JSON.<JsonNode>valueToTree(Map.of("type", "Lowercase")),
          JSON.<JsonNode>valueToTree(Map.of("Regex", "(")),
          JSON.<JsonNode>valueToTree(Map.of("Regex", "\\s+|(?=b)")));

  /** Strings, numbers, words and marks of JSON. */
  private static final Pattern LEXEME =
      Pattern.compile("\"(\\\\.|[^\"\\\\])*\"|-?[0-9.eE+-]+|[a-z]+|[\\[\\]{}:,]");

  private static final List<String> INSERTED =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-1",
          "1e999",
          "4294967296",
          "18446744073709551616",
          "0.5",
          "\"\"",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "[]",
          "{}",
          "[[]]",
          "{\"type\":\"Fuse\"}",
          "\"(\"",
          "\u00e4",
          "\t",
          "NaN",
          "\"##\"",
          "100000000");

  private MutatedTokenizers() {}

  /** Arguments: how many, seed, files. Prints how many loaded and how many were refused. */
  public static void main(String[] arguments) throws Exception {
    Random random = new Random(Long.parseLong(arguments[1]));
    List<String> originals = new ArrayList<>();
    for (int i = 2; i < arguments.length; i++) {
      originals.add(Files.readString(Path.of(arguments[i])));
    }
    int loaded = 0;
    int refused = 0;
    for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
      byte[] json = mutated(originals.get(i % originals.size()), random);
      try (HuggingFaceTokenizers tokenizer = new HuggingFaceTokenizers("mutated " + i, json)) {
        loaded++;
        use(tokenizer);
      } catch (IllegalArgumentException e) {
        if (!e.getMessage().startsWith("mutated " + i + ": not a usable tokenizer.json: ")) {
          throw e;
        }
        refused++;
      }
    }
    System.out.println(loaded + " " + refused);
  }

  private static void use(HuggingFaceTokenizers tokenizer) {
    try {
      int[] ids = tokenizer.encode("ab  abba <s> \u00e4\ud83d\ude00 12'll\n");
      tokenizer.decode(ids);
      tokenizer.decodeWithSpecialTokens(new int[] {0, 1, 2, 3, 4, 5, 9, 100_000});
    } catch (RuntimeException e) {
      // A damaged vocabulary may lack tokens for a text: an exception, not an abort.
      if (e.getMessage() == null) {
        throw e;
      }
    }
  }

  private static byte[] mutated(String text, Random random) throws IOException {
    int kind = random.nextInt(8);
    if (kind == 0) {
      return bytes(text, random);
    }
    if (kind > 5) {
      return value(text, random);
    }
    List<String> lexemes = new ArrayList<>();
    Matcher matcher = LEXEME.matcher(text);
    while (matcher.find()) {
      lexemes.add(matcher.group());
    }
    int edits = 1 + random.nextInt(3);
    for (int i = 0; i < edits; i++) {
      int at = random.nextInt(lexemes.size());
      switch (kind) {
        case 1 -> lexemes.set(at, INSERTED.get(random.nextInt(INSERTED.size())));
        case 2 -> lexemes.set(at, lexemes.get(random.nextInt(lexemes.size())));
        default -> lexemes.remove(at);
      }
    }
    return String.join(" ", lexemes).getBytes(StandardCharsets.UTF_8);
  }

  /** One value becomes another, or goes; the text stays JSON. */
  private static byte[] value(String text, Random random) throws IOException {
    JsonNode root = JSON.readTree(text);
    List<JsonNode> containers = new ArrayList<>();
    List<JsonNode> values = new ArrayList<>();
    collect(root, containers, values);
    JsonNode replacement =
        random.nextBoolean()
            ? values.get(random.nextInt(values.size())).deepCopy()
            : VALUES.get(random.nextInt(VALUES.size()));
    JsonNode container = containers.get(random.nextInt(containers.size()));
    int at = container.isEmpty() ? 0 : random.nextInt(container.size());
    if (container instanceof ArrayNode array) {
      switch (array.isEmpty() ? 0 : random.nextInt(3)) {
        case 0 -> array.add(replacement);
        case 1 -> array.set(at, replacement);
        default -> array.remove(at);
      }
    } else if (container instanceof ObjectNode object) {
      String name = object.isEmpty() ? "type" : List.copyOf(object.properties()).get(at).getKey();
      if (random.nextInt(3) > 0) {
        object.set(name, replacement);
      } else {
        object.remove(name);
      }
    }
    return JSON.writeValueAsBytes(root);
  }

  private static void collect(JsonNode node, List<JsonNode> containers, List<JsonNode> values) {
    values.add(node);
    if (node.isContainerNode()) {
      containers.add(node);
      node.forEach(child -> collect(child, containers, values));
    }
  }

  private static byte[] bytes(String text, Random random) {
    byte[] out = text.getBytes(StandardCharsets.UTF_8);
    int edits = 1 + random.nextInt(3);
    for (int i = 0; i < edits; i++) {
      out[random.nextInt(out.length)] =
          (byte) (random.nextBoolean() ? random.nextInt(256) : ' ' + random.nextInt(95));
    }
    return random.nextInt(8) == 0 ? java.util.Arrays.copyOf(out, random.nextInt(out.length)) : out;
  }
}
