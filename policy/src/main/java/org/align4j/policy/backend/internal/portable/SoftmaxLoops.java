package org.align4j.policy.backend.internal.portable;

import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.backend.internal.PlainTiles;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** Softmax over the vocabulary, a row in cache at a time. */
final class SoftmaxLoops {
  /** Elements that go through all loops while they are in the first-level cache. */
  private static final int BLOCK = 2048;

  private SoftmaxLoops() {}

  static void softmax(Tensor logits, int[] targets, TokenStats stats, int at) {
    int n = logits.columns();
    Threads.forRows(
        logits.rows(),
        1,
        (from, to) -> {
          float[] x = Scratch.current().tile(0, n);
          for (int r = from; r < to; r++) {
            logits.readRow(r, x, 0);
            row(x, n, targets[r], stats, at + r);
            logits.writeRow(r, x, 0);
          }
        });
  }

  private static void row(float[] x, int n, int target, TokenStats stats, int at) {
    float targetLogit = x[target];
    float max = Reductions.max(x, 0, n);
    float[] shifted = Scratch.current().tile(1, BLOCK);
    float[] powers = Scratch.current().tile(2, BLOCK);
    double total = 0;
    double sum = 0;
    double weighted = 0;
    double squares = 0;
    for (int i = 0; i < n; i += BLOCK) {
      int count = Math.min(BLOCK, n - i);
      shift(x, i, count, max, shifted);
      Exponential.of(x, i, count, 1, max, powers);
      total += Reductions.sum(shifted, 0, count);
      sum += Reductions.sum(x, i, count);
      weighted += Reductions.dot(x, i, shifted, 0, count);
      squares += Reductions.dot(x, i, x, i, count);
    }
    double logSum = Math.log(sum);
    // In double: a float difference would lose more than the sum before it.
    stats.logProbs()[at] = (double) targetLogit - max - logSum;
    stats.entropies()[at] = logSum - weighted / sum;
    stats.logSumSquares()[at] = Math.log(squares) - 2 * logSum;
    stats.meanLogits()[at] = total / n + max;
    stats.correct()[at] = targetLogit >= max ? 1 : 0;
    PlainTiles.scale((float) (1 / sum), x, n);
  }

  private static void shift(float[] x, int at, int n, float max, float[] shifted) {
    for (int j = 0; j < n; j++) {
      shifted[j] = x[at + j] - max;
    }
  }

  static void logProbGradient(Tensor probabilities, int[] targets, double[] coefficients, int at) {
    int n = probabilities.columns();
    Threads.forRows(
        probabilities.rows(),
        1,
        (from, to) -> {
          float[] p = Scratch.current().tile(0, n);
          for (int r = from; r < to; r++) {
            float coefficient = (float) coefficients[at + r];
            probabilities.readRow(r, p, 0);
            PlainTiles.scale(-coefficient, p, n);
            p[targets[r]] += coefficient;
            probabilities.writeRow(r, p, 0);
          }
        });
  }
}
