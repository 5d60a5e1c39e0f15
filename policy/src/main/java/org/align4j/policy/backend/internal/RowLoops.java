package org.align4j.policy.backend.internal;

import org.align4j.policy.backend.Tensor;

/**
 * Loops over rows that backends share: rows are copied to the heap, computed by the backend's own
 * kernel and copied back.
 */
public final class RowLoops {
  /** Elements whose work is worth handing to another thread. */
  private static final int GRAIN = 1 << 15;

  private RowLoops() {}

  /** What becomes of a row of n elements when another one is given. */
  @FunctionalInterface
  public interface RowUpdate {
    /** Changes {@code row}. */
    void apply(float[] given, float[] row, int n);
  }

  /** What becomes of a row of n elements. */
  @FunctionalInterface
  public interface RowChange {
    /** Changes {@code row}. */
    void apply(float[] row, int n);
  }

  /** A number for a row of n elements. */
  @FunctionalInterface
  public interface RowSum {
    /** Reads {@code row}. */
    double of(float[] row, int n);
  }

  /** Rows of a matrix that make up one grain. */
  public static int grainRows(Tensor x) {
    return Math.max(1, GRAIN / Math.max(1, x.columns()));
  }

  /** Row by row of {@code x}, given the same row of {@code given} or its only one. */
  public static void update(Tensor given, Tensor x, RowUpdate operation) {
    int n = x.columns();
    boolean one = given.rows() == 1;
    Threads.forRows(
        x.rows(),
        grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          float[] b = Scratch.current().tile(1, n);
          given.readRow(one ? 0 : from, a, 0);
          for (int r = from; r < to; r++) {
            if (!one) {
              given.readRow(r, a, 0);
            }
            x.readRow(r, b, 0);
            operation.apply(a, b, n);
            x.writeRow(r, b, 0);
          }
        });
  }

  /** Row by row of {@code x}. */
  public static void change(Tensor x, RowChange operation) {
    int n = x.columns();
    Threads.forRows(
        x.rows(),
        grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          for (int r = from; r < to; r++) {
            x.readRow(r, a, 0);
            operation.apply(a, n);
            x.writeRow(r, a, 0);
          }
        });
  }

  /** Rows' numbers added in order, so that the sum does not depend on threads. */
  public static double sum(Tensor x, RowSum rowSum) {
    int n = x.columns();
    double[] rowSums = Scratch.current().sums(x.rows());
    Threads.forRows(
        x.rows(),
        grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          for (int r = from; r < to; r++) {
            x.readRow(r, a, 0);
            rowSums[r] = rowSum.of(a, n);
          }
        });
    double sum = 0;
    for (int r = 0; r < x.rows(); r++) {
      sum += rowSums[r];
    }
    return sum;
  }

  /** target(0, j) += Σ_r x(r, j), in double. */
  public static void sumRows(Tensor x, Tensor target) {
    int n = x.columns();
    double[] sums = new double[n];
    float[] a = Scratch.current().tile(0, n);
    for (int r = 0; r < x.rows(); r++) {
      x.readRow(r, a, 0);
      for (int j = 0; j < n; j++) {
        sums[j] += a[j];
      }
    }
    addTo(target, sums, a);
  }

  /** The gradient of RMSNorm's weight: dWeight(0, j) += Σ_r dOut(r, j) · x(r, j) · s(r). */
  public static void normWeightGradient(Tensor dOut, Tensor x, Tensor inverseRms, Tensor dWeight) {
    int n = x.columns();
    double[] sums = new double[n];
    float[] d = Scratch.current().tile(0, n);
    float[] a = Scratch.current().tile(1, n);
    for (int r = 0; r < x.rows(); r++) {
      dOut.readRow(r, d, 0);
      x.readRow(r, a, 0);
      double s = inverseRms.get(r, 0);
      for (int j = 0; j < n; j++) {
        sums[j] += d[j] * a[j] * s;
      }
    }
    addTo(dWeight, sums, d);
  }

  private static void addTo(Tensor target, double[] sums, float[] row) {
    target.readRow(0, row, 0);
    for (int j = 0; j < sums.length; j++) {
      row[j] += (float) sums[j];
    }
    target.writeRow(0, row, 0);
  }
}
