package org.align4j.jmh;

/**
 * Log-probs of targets under a frozen language-model head, and the gradient of their sum for the
 * hidden states.
 */
interface HeadLoss extends AutoCloseable {

  /** Computes both; returns the sum of the log-probs. */
  double run();

  /** d Σ log p / d hidden of the last run, row by row. */
  float[] gradient();

  @Override
  void close();

  /**
   * Operands of all peers.
   *
   * @param rows hidden states
   * @param width columns of the hidden states and of the weight
   * @param vocabulary rows of the weight
   * @param hidden row by row
   * @param weight row by row
   * @param targets one a row
   */
  record Operands(
      int rows, int width, int vocabulary, float[] hidden, float[] weight, int[] targets) {}
}
