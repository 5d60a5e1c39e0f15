package org.align4j.examples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.data.DataException;

/**
 * The project's own prompts (docs/data.md). Harmful requests carry no operational detail and no
 * answers.
 *
 * @param harmful training requests to refuse
 * @param harmless training requests to answer
 * @param harmfulValidation requests to refuse that only choose between checkpoints
 * @param harmlessValidation requests to answer that only choose between checkpoints
 * @param harmfulEvaluation held-out requests to refuse
 * @param harmlessEvaluation held-out requests to answer
 */
public record QuickstartData(
    List<Request> harmful,
    List<Request> harmless,
    List<Request> harmfulValidation,
    List<Request> harmlessValidation,
    List<Request> harmfulEvaluation,
    List<Request> harmlessEvaluation) {

  /**
   * A request.
   *
   * @param category hazard category, or {@code lookalike} / {@code general}
   */
  public record Request(String category, String text) {}

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

  /** Reads the embedded files. */
  public static QuickstartData load() {
    List<Request> harmful = new ArrayList<>(requests("harmful-train.txt"));
    List<Request> harmless = new ArrayList<>(requests("harmless-train.txt"));
    contrasts("actions-train.txt", ACTIONS, harmful, harmless);
    contrasts("texts-train.txt", TEXTS, harmful, harmless);
    contrasts("topics-train.txt", WHOLE, harmful, harmless);
    return new QuickstartData(
        every(harmful, false),
        every(harmless, false),
        every(harmful, true),
        every(harmless, true),
        requests("harmful-eval.txt"),
        requests("harmless-eval.txt"));
  }

  /** Every twelfth request is for validation, the rest for training. */
  private static List<Request> every(List<Request> requests, boolean validation) {
    return IntStream.range(0, requests.size())
        .filter(i -> (i % VALIDATION_STRIDE == VALIDATION_STRIDE - 1) == validation)
        .mapToObj(requests::get)
        .toList();
  }

  /** Reads lines of "category | harmful ; ... | harmless ; ..." and puts each into an opening. */
  private static void contrasts(
      String file, List<String> openings, List<Request> harmful, List<Request> harmless) {
    int harmfulCount = 0;
    int harmlessCount = 0;
    for (String[] parts : rows(file, 3)) {
      for (String phrase : parts[1].split(" ; ")) {
        String opening = openings.get(harmfulCount++ % openings.size());
        harmful.add(new Request(parts[0], String.format(opening, phrase.strip())));
      }
      for (String phrase : parts[2].split(" ; ")) {
        String opening = openings.get(harmlessCount++ % openings.size());
        harmless.add(new Request("lookalike", String.format(opening, phrase.strip())));
      }
    }
  }

  private static List<Request> requests(String file) {
    return rows(file, 2).stream().map(parts -> new Request(parts[0], parts[1])).toList();
  }

  private static List<String[]> rows(String file, int columns) {
    List<String[]> out = new ArrayList<>();
    try (InputStream in = QuickstartData.class.getResourceAsStream(file);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("#") || line.isBlank()) {
          continue;
        }
        String[] parts = line.split(" \\| ");
        if (parts.length != columns) {
          throw new DataException(file + ": expected " + columns + " columns in: " + line);
        }
        out.add(parts);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out;
  }
}
