package org.align4j.policy.backend.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** Sums, products and reductions over rows. */
final class ElementwiseKernels {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Elements whose work is worth handing to another thread. */
  private static final int GRAIN = 1 << 15;

  /** The tile of {@link #dot}, behind those of its callers. */
  private static final int LANES_SLOT = 4;

  private ElementwiseKernels() {}

  /** Rows of a matrix that make up one grain. */
  static int grainRows(Tensor x) {
    return Math.max(1, GRAIN / Math.max(1, x.columns()));
  }

  static void add(Tensor x, Tensor y) {
    int n = x.columns();
    Threads.forRows(
        x.rows(),
        grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          float[] b = Scratch.current().tile(1, n);
          for (int r = from; r < to; r++) {
            x.readRow(r, a, 0);
            y.readRow(r, b, 0);
            addInto(a, b, n);
            y.writeRow(r, b, 0);
          }
        });
  }

  static void scale(float factor, Tensor x) {
    int n = x.columns();
    Threads.forRows(
        x.rows(),
        grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          for (int r = from; r < to; r++) {
            x.readRow(r, a, 0);
            int i = 0;
            for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
              FloatVector.fromArray(SPECIES, a, i).mul(factor).intoArray(a, i);
            }
            for (; i < n; i++) {
              a[i] *= factor;
            }
            x.writeRow(r, a, 0);
          }
        });
  }

  static void addRow(Tensor row, Tensor x) {
    int n = x.columns();
    Threads.forRows(
        x.rows(),
        grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          float[] b = Scratch.current().tile(1, n);
          row.readRow(0, a, 0);
          for (int r = from; r < to; r++) {
            x.readRow(r, b, 0);
            addInto(a, b, n);
            x.writeRow(r, b, 0);
          }
        });
  }

  static void sumRows(Tensor x, Tensor target) {
    int n = x.columns();
    double[] sums = new double[n];
    float[] a = Scratch.current().tile(0, n);
    for (int r = 0; r < x.rows(); r++) {
      x.readRow(r, a, 0);
      for (int j = 0; j < n; j++) {
        sums[j] += a[j];
      }
    }
    target.readRow(0, a, 0);
    for (int j = 0; j < n; j++) {
      a[j] += (float) sums[j];
    }
    target.writeRow(0, a, 0);
  }

  static void multiply(Tensor mask, Tensor x) {
    int n = x.columns();
    Threads.forRows(
        x.rows(),
        grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          float[] b = Scratch.current().tile(1, n);
          for (int r = from; r < to; r++) {
            mask.readRow(r, a, 0);
            x.readRow(r, b, 0);
            int i = 0;
            for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
              FloatVector.fromArray(SPECIES, a, i)
                  .mul(FloatVector.fromArray(SPECIES, b, i))
                  .intoArray(b, i);
            }
            for (; i < n; i++) {
              b[i] *= a[i];
            }
            x.writeRow(r, b, 0);
          }
        });
  }

  /**
   * Row sums in float lanes, rows in double; row by row in order, so the result is deterministic.
   */
  static double sumOfSquares(Tensor x) {
    int n = x.columns();
    double[] rowSums = Scratch.current().sums(x.rows());
    Threads.forRows(
        x.rows(),
        grainRows(x),
        (from, to) -> {
          Scratch scratch = Scratch.current();
          float[] a = scratch.tile(0, n);
          for (int r = from; r < to; r++) {
            x.readRow(r, a, 0);
            rowSums[r] = dot(a, a, n, scratch);
          }
        });
    double sum = 0;
    for (int r = 0; r < x.rows(); r++) {
      sum += rowSums[r];
    }
    return sum;
  }

  /** b += a. */
  static void addInto(float[] a, float[] b, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      FloatVector.fromArray(SPECIES, b, i)
          .add(FloatVector.fromArray(SPECIES, a, i))
          .intoArray(b, i);
    }
    for (; i < n; i++) {
      b[i] += a[i];
    }
  }

  /**
   * Σ a·b over the first n elements: products in float lanes, lanes in double, because a norm's
   * error is the same for its whole row and does not average out.
   */
  static double dot(float[] a, float[] b, int n, Scratch scratch) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      sum = FloatVector.fromArray(SPECIES, a, i).fma(FloatVector.fromArray(SPECIES, b, i), sum);
    }
    float[] lanes = scratch.tile(LANES_SLOT, SPECIES.length());
    sum.intoArray(lanes, 0);
    double total = 0;
    for (int lane = 0; lane < SPECIES.length(); lane++) {
      total += lanes[lane];
    }
    for (; i < n; i++) {
      total += (double) a[i] * b[i];
    }
    return total;
  }
}
