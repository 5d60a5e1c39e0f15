package org.align4j.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads TRL's dataset layouts: {@code prompt/chosen/rejected}, {@code chosen/rejected} with the
 * prompt as common prefix, {@code prompt/completion}, with {@code label} for unpaired preferences,
 * and {@code messages}; values are strings or lists of {@code {role, content}}.
 */
public final class TrlRows {
  private TrlRows() {}

  /**
   * {@return every row as a preference pair}
   *
   * @param file in one of TRL's formats
   */
  public static List<PreferencePair> preferences(Path file) {
    return RowReader.read(file).stream().map(TrlRows::preference).toList();
  }

  /**
   * {@return the {@code margin} of those rows that have one, by source}
   *
   * @param file in one of TRL's formats
   */
  public static Map<String, Double> margins(Path file) {
    Map<String, Double> out = new HashMap<>();
    for (Row row : RowReader.read(file)) {
      if (row.has("margin")) {
        JsonNode value = row.fields().get("margin");
        double margin = value.isNumber() ? value.asDouble() : Double.NaN;
        if (value.isTextual()) {
          try {
            margin = Double.parseDouble(value.textValue());
          } catch (NumberFormatException e) {
            throw row.error("field \"margin\" is " + value + "; expected a number");
          }
        }
        if (!Double.isFinite(margin)) {
          throw row.error("field \"margin\" is " + value + "; expected a number");
        }
        out.put(row.file() + ":" + row.number(), margin);
      }
    }
    return out;
  }

  /**
   * {@return every row as a demonstration}
   *
   * @param file in one of TRL's formats
   */
  public static List<Demonstration> demonstrations(Path file) {
    return RowReader.read(file).stream().map(TrlRows::demonstration).toList();
  }

  /**
   * {@return every row as single completions: {@code prompt/completion/label} rows are one each,
   * preference pairs are taken apart into a good and a bad one} All good ones of pairs stand before
   * all bad ones, as TRL's {@code unpair_preference_dataset} has them, so that completions which
   * follow each other belong to different prompts.
   *
   * @param file in one of TRL's formats
   */
  public static List<UnpairedExample> unpaired(Path file) {
    List<UnpairedExample> out = new ArrayList<>();
    List<UnpairedExample> rejected = new ArrayList<>();
    for (Row row : RowReader.read(file)) {
      if (row.has("chosen")) {
        PreferencePair pair = preference(row);
        out.add(new UnpairedExample(pair.source(), pair.prompt(), pair.chosen(), true));
        rejected.add(new UnpairedExample(pair.source(), pair.prompt(), pair.rejected(), false));
      } else {
        Demonstration one = demonstration(row);
        out.add(
            new UnpairedExample(one.source(), one.prompt(), one.completion(), row.flag("label")));
      }
    }
    out.addAll(rejected);
    return out;
  }

  /**
   * {@return one preference pair, explicit or implicit prompt}
   *
   * @param row of a preference file
   */
  public static PreferencePair preference(Row row) {
    String source = row.file() + ":" + row.number();
    if (row.has("prompt")) {
      return new PreferencePair(
          source, content(row, "prompt"), content(row, "chosen"), content(row, "rejected"));
    }
    Content chosen = content(row, "chosen");
    Content rejected = content(row, "rejected");
    if (chosen instanceof Content.Text c && rejected instanceof Content.Text r) {
      int shared = commonPrefix(c.text(), r.text());
      if (shared == 0 || shared == c.text().length() || shared == r.text().length()) {
        throw row.error(noPrompt());
      }
      return new PreferencePair(
          source,
          new Content.Text(c.text().substring(0, shared)),
          new Content.Text(c.text().substring(shared)),
          new Content.Text(r.text().substring(shared)));
    }
    if (chosen instanceof Content.Chat c && rejected instanceof Content.Chat r) {
      int shared = 0;
      int limit = Math.min(c.messages().size(), r.messages().size());
      while (shared < limit && c.messages().get(shared).equals(r.messages().get(shared))) {
        shared++;
      }
      if (shared == 0 || shared == c.messages().size() || shared == r.messages().size()) {
        throw row.error(noPrompt());
      }
      return new PreferencePair(
          source,
          new Content.Chat(c.messages().subList(0, shared)),
          new Content.Chat(c.messages().subList(shared, c.messages().size())),
          new Content.Chat(r.messages().subList(shared, r.messages().size())));
    }
    throw row.error("\"chosen\" and \"rejected\" must both be strings or both be message lists");
  }

  /**
   * {@return one demonstration, from {@code prompt/completion} or from {@code messages}}
   *
   * @param row of a file of demonstrations
   */
  public static Demonstration demonstration(Row row) {
    String source = row.file() + ":" + row.number();
    if (row.has("messages") && !row.has("prompt")) {
      Content.Chat all = (Content.Chat) content(row, "messages");
      int last = all.messages().size() - 1;
      if (last < 1 || !all.messages().get(last).role().equals("assistant")) {
        throw row.error("\"messages\" must end with an assistant message after the prompt");
      }
      return new Demonstration(
          source,
          new Content.Chat(all.messages().subList(0, last)),
          new Content.Chat(all.messages().subList(last, last + 1)));
    }
    return new Demonstration(source, content(row, "prompt"), content(row, "completion"));
  }

  private static Content content(Row row, String field) {
    JsonNode value = row.fields().get(field);
    if (value == null || !value.isArray()) {
      return new Content.Text(row.text(field));
    }
    List<Message> messages = new ArrayList<>();
    for (JsonNode node : value) {
      String at = "\"" + field + "\"[" + messages.size() + "]";
      if (!node.path("role").isTextual() || !node.path("content").isTextual()) {
        throw row.error(at + " needs the strings \"role\" and \"content\"");
      }
      String content = node.get("content").textValue();
      if (content.isBlank()) {
        throw row.error(at + " has an empty \"content\"");
      }
      messages.add(new Message(node.get("role").textValue(), content));
    }
    if (messages.isEmpty()) {
      throw row.error("field \"" + field + "\" is an empty list; expected at least one message");
    }
    return new Content.Chat(messages);
  }

  /** The first difference, stepped back over one space as TRL's extract_prompt does. */
  private static int commonPrefix(String a, String b) {
    int limit = Math.min(a.length(), b.length());
    int i = 0;
    while (i < limit && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    return i > 0 && i < limit && a.charAt(i - 1) == ' ' ? i - 1 : i;
  }

  private static String noPrompt() {
    return "there is no \"prompt\" and \"chosen\" and \"rejected\" do not share a proper prefix; add a"
        + " \"prompt\" field";
  }
}
