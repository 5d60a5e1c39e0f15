package org.align4j.examples.parity;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs every case of a fixture folder. */
public final class Parity {
  private Parity() {}

  /**
   * Runs all cases, models first.
   *
   * @param folder laid out as {@code models/<name>/}, {@code objectives/<name>.json}, {@code
   *     pairs.jsonl}
   * @param listener told each result as it is known
   * @return every case with its largest difference
   */
  public static List<CaseResult> run(Path folder, Consumer<CaseResult> listener) {
    Fixtures fixtures = new Fixtures(folder);
    List<CaseResult> results = new ArrayList<>();
    for (String model : fixtures.models()) {
      add(results, listener, guarded("models/" + model, () -> new ModelCases(fixtures).run(model)));
    }
    for (String objective : fixtures.objectives()) {
      add(
          results,
          listener,
          guarded("objectives/" + objective, () -> new ObjectiveCases(fixtures).run(objective)));
    }
    return results;
  }

  private static void add(
      List<CaseResult> results, Consumer<CaseResult> listener, CaseResult result) {
    results.add(result);
    listener.accept(result);
  }

  /** A case that breaks is a failed case; the others still run. */
  private static CaseResult guarded(String name, java.util.function.Supplier<CaseResult> run) {
    try {
      return run.get();
    } catch (RuntimeException e) {
      return CaseResult.failed(name, String.valueOf(e.getMessage()));
    }
  }
}
