package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/**
 * Softmax over the vocabulary, a row in cache at a time, with all statistics in the same passes.
 */
final class SoftmaxKernels {
  /** Partial sums are moved to double this often, so that 50k float additions do not drift. */
  private static final int BLOCK = 2048;

  private SoftmaxKernels() {}

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

  static void argmax(Tensor x, int[] columns) {
    int n = x.columns();
    Threads.forRows(
        x.rows(),
        1,
        (from, to) -> {
          float[] row = Scratch.current().tile(0, n);
          for (int r = from; r < to; r++) {
            x.readRow(r, row, 0);
            columns[r] = indexOf(max(row, n), row, n);
          }
        });
  }

  /** The first index of a value, or 0 if it is none of them, as a maximum with NaN is not. */
  private static int indexOf(float value, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      if (x[i] == value) {
        return i;
      }
    }
    return 0;
  }

  private static void row(float[] x, int n, int target, TokenStats stats, int at) {
    float targetLogit = x[target];
    float max = max(x, n);
    float[] lanes = Scratch.current().tile(1, 4 * SPECIES.length());
    double total = 0;
    double sum = 0;
    double weighted = 0;
    double squares = 0;
    int i = 0;
    int bound = SPECIES.loopBound(n);
    while (i < bound) {
      int to = Math.min(bound, i + BLOCK);
      exponentials(x, i, to, max, lanes);
      total += sum(lanes, 0);
      sum += sum(lanes, 1);
      weighted += sum(lanes, 2);
      squares += sum(lanes, 3);
      i = to;
    }
    for (; i < n; i++) {
      float shifted = x[i] - max;
      float e = (float) Math.exp(shifted);
      total += shifted;
      sum += e;
      weighted += (double) e * shifted;
      squares += (double) e * e;
      x[i] = e;
    }
    double logSum = Math.log(sum);
    // In double: a float difference would lose more than the sum before it.
    stats.logProbs()[at] = (double) targetLogit - max - logSum;
    stats.entropies()[at] = logSum - weighted / sum;
    stats.logSumSquares()[at] = Math.log(squares) - 2 * logSum;
    stats.meanLogits()[at] = total / n + max;
    stats.correct()[at] = targetLogit >= max ? 1 : 0;
    multiply(x, n, (float) (1 / sum));
  }

  /**
   * x = exp(x - max) from one whole vector to another.
   *
   * @param lanes receives vectors of partial sums: of x - max, of the exponentials, of their
   *     products and of the exponentials' squares. Vectors that a method returns would be garbage.
   */
  private static void exponentials(float[] x, int from, int to, float max, float[] lanes) {
    FloatVector totals = FloatVector.zero(SPECIES);
    FloatVector sums = FloatVector.zero(SPECIES);
    FloatVector weights = FloatVector.zero(SPECIES);
    FloatVector squared = FloatVector.zero(SPECIES);
    for (int i = from; i < to; i += SPECIES.length()) {
      FloatVector shifted = FloatVector.fromArray(SPECIES, x, i).sub(max);
      FloatVector e = Lanes.exp(shifted);
      totals = totals.add(shifted);
      sums = sums.add(e);
      weights = e.fma(shifted, weights);
      squared = e.fma(e, squared);
      e.intoArray(x, i);
    }
    totals.intoArray(lanes, 0);
    sums.intoArray(lanes, SPECIES.length());
    weights.intoArray(lanes, 2 * SPECIES.length());
    squared.intoArray(lanes, 3 * SPECIES.length());
  }

  private static float sum(float[] lanes, int vector) {
    return LaneSums.of(FloatVector.fromArray(SPECIES, lanes, vector * SPECIES.length()));
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
            multiply(p, n, -coefficient);
            p[targets[r]] += coefficient;
            probabilities.writeRow(r, p, 0);
          }
        });
  }

  private static float max(float[] x, int n) {
    FloatVector maxima = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      maxima = maxima.max(FloatVector.fromArray(SPECIES, x, i));
    }
    float max = maxima.reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  private static void multiply(float[] x, int n, float factor) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      FloatVector.fromArray(SPECIES, x, i).mul(factor).intoArray(x, i);
    }
    for (; i < n; i++) {
      x[i] *= factor;
    }
  }
}
