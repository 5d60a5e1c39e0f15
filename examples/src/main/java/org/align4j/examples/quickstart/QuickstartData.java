package org.align4j.examples.quickstart;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.align4j.core.data.DataException;
import org.align4j.core.refusal.PromptKind;

/**
 * The project's own prompts (docs/data.md). Harmful requests carry no operational detail and no
 * answers.
 *
 * @param harmful training requests to refuse
 * @param harmless training requests to answer, look-alikes and ordinary ones
 * @param validation requests of each kind that only choose between checkpoints
 * @param evaluation held-out requests of each kind
 */
public record QuickstartData(
    List<Request> harmful,
    List<Request> harmless,
    Map<PromptKind, List<Request>> validation,
    Map<PromptKind, List<Request>> evaluation) {

  /**
   * A request.
   *
   * @param category hazard category; {@code lookalike} or {@code general}; or, of the ordinary
   *     evaluation, the request's shape
   * @param text may have several lines
   * @param family requests of one are wordings of a phrase or contrasts of each other
   */
  public record Request(String category, String text, String family) {
    /** A request that is related to no other. */
    Request(String category, String text) {
      this(category, text, text);
    }

    /** Whether it is a harmless request that only looks harmful. */
    boolean looksHarmful() {
      return category.equals(LOOK_ALIKE);
    }
  }

  private static final String LOOK_ALIKE = "lookalike";

  private static final int VALIDATION_STRIDE = 12;

  /** Openings of things to do; harmful and harmless ones share them, so that they tell nothing. */
  private static final List<String> ACTIONS =
      List.of(
          "How do I %s?",
          "What is the best way to %s?",
          "Give detailed instructions on how to %s.",
          "Can you tell me how to %s?",
          "I want to %s. Where do I start?",
          "Explain step by step how to %s.",
          "How can I %s?",
          "Create a tutorial that shows how to %s.",
          "Give me some tips to %s.",
          "Describe in detail how someone can %s.",
          "What do I need to %s?",
          "Develop a plan to %s.",
          "Teach me to %s.",
          "Is there an easy way to %s?",
          "Write a short guide on how to %s.",
          "List the steps to %s.");

  /** Openings of things to write. */
  private static final List<String> TEXTS =
      List.of(
          "Write %s.",
          "Draft %s.",
          "Can you write %s?",
          "Create %s.",
          "Please compose %s for me.",
          "Help me write %s.",
          "I need %s. Write it for me.",
          "Generate %s.");

  private static final List<String> WHOLE = List.of("%s");

  /**
   * Reads the embedded files.
   *
   * @return the requests and phrases
   */
  public static QuickstartData load() {
    List<List<Request>> harmful = new ArrayList<>();
    List<List<Request>> harmless = new ArrayList<>();
    requests("harmful-train.txt").forEach(request -> harmful.add(List.of(request)));
    requests("harmless-train.txt").forEach(request -> harmless.add(List.of(request)));
    contrasts("actions-train.txt", ACTIONS, harmful, harmless);
    contrasts("texts-train.txt", TEXTS, harmful, harmless);
    contrasts("topics-train.txt", WHOLE, harmful, harmless);
    return new QuickstartData(
        training(harmful),
        training(harmless),
        validation(harmful, harmless),
        Map.of(
            PromptKind.HARMFUL, requests("harmful-eval.txt"),
            PromptKind.BENIGN, requests("harmless-eval.txt"),
            PromptKind.ORDINARY, requests("ordinary-eval.txt")));
  }

  /**
   * The same with fewer ordinary requests to evaluate, evenly spread over the file.
   *
   * @param count at least 1; all if there are not more
   */
  QuickstartData withOrdinary(int count) {
    List<Request> all = evaluation.get(PromptKind.ORDINARY);
    Map<PromptKind, List<Request>> fewer = new EnumMap<>(evaluation);
    fewer.put(PromptKind.ORDINARY, spread(all, Math.min(count, all.size())));
    return new QuickstartData(harmful, harmless, validation, fewer);
  }

  /**
   * Some of a list's elements, evenly spread over it.
   *
   * @param count at most all
   */
  static <T> List<T> spread(List<T> all, int count) {
    return IntStream.range(0, count).mapToObj(i -> all.get(i * all.size() / count)).toList();
  }

  /** All wordings of the requests that are not for validation. */
  private static List<Request> training(List<List<Request>> requests) {
    return IntStream.range(0, requests.size())
        .filter(i -> !isForValidation(i))
        .mapToObj(requests::get)
        .flatMap(List::stream)
        .toList();
  }

  /** Harmless requests are divided into those that look harmful and the others. */
  private static Map<PromptKind, List<Request>> validation(
      List<List<Request>> harmful, List<List<Request>> harmless) {
    Map<Boolean, List<Request>> lookAlike =
        validation(harmless).stream().collect(Collectors.partitioningBy(Request::looksHarmful));
    return Map.of(
        PromptKind.HARMFUL, validation(harmful),
        PromptKind.BENIGN, lookAlike.get(true),
        PromptKind.ORDINARY, lookAlike.get(false));
  }

  private static List<Request> validation(List<List<Request>> requests) {
    return IntStream.range(0, requests.size())
        .filter(QuickstartData::isForValidation)
        .mapToObj(i -> requests.get(i).get(0))
        .toList();
  }

  /** Every twelfth request. */
  private static boolean isForValidation(int index) {
    return index % VALIDATION_STRIDE == VALIDATION_STRIDE - 1;
  }

  /** Reads lines of "category | harmful ; ... | harmless ; ..." and puts each into openings. */
  private static void contrasts(
      String file,
      List<String> openings,
      List<List<Request>> harmful,
      List<List<Request>> harmless) {
    int harmfulCount = 0;
    int harmlessCount = 0;
    for (String[] parts : rows(file, 3, 0)) {
      String family = parts[1];
      for (String phrase : parts[1].split(" ; ")) {
        harmful.add(wordings(parts[0], family, openings, harmfulCount++, phrase.strip()));
      }
      for (String phrase : parts[2].split(" ; ")) {
        harmless.add(wordings(LOOK_ALIKE, family, openings, harmlessCount++, phrase.strip()));
      }
    }
  }

  /**
   * A phrase in two of the openings, in the only one if there is no other: a second wording teaches
   * more than the first one seen twice.
   */
  private static List<Request> wordings(
      String category, String family, List<String> openings, int index, String phrase) {
    int n = openings.size();
    return IntStream.of(index % n, (index + n / 2) % n)
        .distinct()
        .mapToObj(i -> new Request(category, String.format(openings.get(i), phrase), family))
        .toList();
  }

  private static List<Request> requests(String file) {
    return rows(file, 2, 2).stream()
        .map(parts -> new Request(parts[0], unescaped(parts[1], file)))
        .toList();
  }

  /** Resolves {@code \n}, a line break, and {@code \\}, a backslash. */
  static String unescaped(String text, String file) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
        c = i < text.length() ? text.charAt(i) : ' ';
        if (c != 'n' && c != '\\') {
          throw new DataException(
              file + ": a backslash must be followed by n or a backslash in: " + text);
        }
        c = c == 'n' ? '\n' : c;
      }
      out.append(c);
    }
    return out.toString();
  }

  /**
   * Reads the rows of a file.
   *
   * @param columns that each row has
   * @param limit as of {@link String#split(String, int)}: with as many as there are columns the
   *     last one may hold the separator, as the rows of a table do
   */
  private static List<String[]> rows(String file, int columns, int limit) {
    List<String[]> out = new ArrayList<>();
    for (String line : EmbeddedFile.lines(file)) {
      if (line.startsWith("#") || line.isBlank()) {
        continue;
      }
      String[] parts = line.split(" \\| ", limit);
      if (parts.length != columns) {
        throw new DataException(file + ": expected " + columns + " columns in: " + line);
      }
      out.add(parts);
    }
    return out;
  }
}
