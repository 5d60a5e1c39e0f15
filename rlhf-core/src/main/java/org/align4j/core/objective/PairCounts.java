package org.align4j.core.objective;

import java.util.List;

/**
 * The counts that a step's loss is divided by, taken over all its micro-batches. Dividing once by
 * the global count is what makes k micro-batches of 1 equal to 1 of k.
 *
 * @param pairs preference pairs in the step
 * @param chosenTokens chosen completion tokens in the step
 * @param promptTokens prompt tokens in the step that have a log-prob: all but each prompt's first
 */
public record PairCounts(long pairs, long chosenTokens, long promptTokens) {

  /**
   * Rejects empty steps, whose mean has no meaning.
   *
   * @param pairs preference pairs in the step
   * @param chosenTokens chosen completion tokens in the step
   * @param promptTokens prompt tokens in the step that have a log-prob: all but each prompt's first
   */
  public PairCounts {
    if (pairs <= 0 || chosenTokens <= 0) {
      throw new IllegalArgumentException(
          "a step needs pairs and tokens, got " + pairs + " and " + chosenTokens);
    }
  }

  /**
   * {@return the counts of one batch}
   *
   * @param batch a whole step
   */
  public static PairCounts of(PairwiseLogProbs batch) {
    return new PairCounts(batch.size(), tokens(batch.chosen()), tokens(batch.prompt()));
  }

  private static long tokens(List<double[]> rows) {
    return rows.stream().mapToLong(row -> row.length).sum();
  }
}
