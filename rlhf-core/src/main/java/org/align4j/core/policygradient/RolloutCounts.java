package org.align4j.core.policygradient;

import java.util.List;

/**
 * The counts that a step's loss is divided by, taken over all its micro-batches.
 *
 * @param completions completions of the step
 * @param tokens their tokens
 */
public record RolloutCounts(long completions, long tokens) {

  /**
   * Rejects empty steps, whose mean has no meaning.
   *
   * @param completions completions of the step
   * @param tokens their tokens
   */
  public RolloutCounts {
    if (completions <= 0 || tokens <= 0) {
      throw new IllegalArgumentException(
          "a step needs completions and tokens, got " + completions + " and " + tokens);
    }
  }

  /**
   * {@return the counts of one batch}
   *
   * @param rows one array a completion, one entry a token
   */
  public static RolloutCounts of(List<double[]> rows) {
    return new RolloutCounts(rows.size(), rows.stream().mapToLong(row -> row.length).sum());
  }
}
