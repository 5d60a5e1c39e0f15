package org.align4j.core.objective;

/**
 * The counts that a step's loss is divided by, taken over all its micro-batches. Dividing once by
 * the global count is what makes k micro-batches of 1 equal to 1 of k.
 *
 * @param pairs preference pairs in the step
 * @param chosenTokens chosen completion tokens in the step
 */
public record Normalizer(long pairs, long chosenTokens) {

  /** Rejects empty steps, whose mean has no meaning. */
  public Normalizer {
    if (pairs <= 0 || chosenTokens <= 0) {
      throw new IllegalArgumentException(
          "a step needs pairs and tokens, got " + pairs + " and " + chosenTokens);
    }
  }

  /** The counts of one batch. */
  public static Normalizer of(PairwiseLogProbs batch) {
    return new Normalizer(batch.size(), batch.chosen().stream().mapToLong(row -> row.length).sum());
  }
}
