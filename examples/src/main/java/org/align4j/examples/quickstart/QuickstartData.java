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
  private static final String CONTRAST = "contrast-train.txt";
  private static final List<String> OPENINGS =
      List.of(
          "How do I %s?",
          "What is the best way to %s?", "Can you tell me how to %s?", "Give me some tips to %s.");

  /** Reads the embedded files. */
  public static QuickstartData load() {
    List<Request> harmful = new ArrayList<>(requests("harmful-train.txt"));
    List<Request> harmless = new ArrayList<>(requests("harmless-train.txt"));
    int opening = 0;
    for (String[] parts : rows(CONTRAST, 4)) {
      opening = expand(parts[0], parts[1], parts[2], opening, harmful);
      opening = expand("lookalike", parts[1], parts[3], opening, harmless);
    }
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

  /** Every ending in two of the openings, so that the opening says nothing about the harm. */
  private static int expand(
      String category, String beginning, String endings, int opening, List<Request> target) {
    int next = opening;
    for (String ending : endings.split(" ; ")) {
      for (int variant = 0; variant < 2; variant++) {
        String pattern = OPENINGS.get(next++ % OPENINGS.size());
        target.add(new Request(category, String.format(pattern, beginning + " " + ending.strip())));
      }
    }
    return next;
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
