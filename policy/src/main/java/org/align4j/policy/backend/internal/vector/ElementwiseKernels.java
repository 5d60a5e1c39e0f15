package org.align4j.policy.backend.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.Scratch;

/** Sums, products and reductions over rows. */
final class ElementwiseKernels {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** The tile of {@link #dot}, behind those of its callers. */
  private static final int LANES_SLOT = 4;

  private ElementwiseKernels() {}

  /** y += x, whose only row counts for all if it has but one. */
  static void add(Tensor x, Tensor y) {
    RowLoops.update(x, y, ElementwiseKernels::addInto);
  }

  static void scale(float factor, Tensor x) {
    RowLoops.change(x, (a, n) -> scaleRow(factor, a, n));
  }

  private static void scaleRow(float factor, float[] a, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      FloatVector.fromArray(SPECIES, a, i).mul(factor).intoArray(a, i);
    }
    for (; i < n; i++) {
      a[i] *= factor;
    }
  }

  static void multiply(Tensor mask, Tensor x) {
    RowLoops.update(mask, x, ElementwiseKernels::multiplyRow);
  }

  private static void multiplyRow(float[] a, float[] b, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      FloatVector.fromArray(SPECIES, a, i)
          .mul(FloatVector.fromArray(SPECIES, b, i))
          .intoArray(b, i);
    }
    for (; i < n; i++) {
      b[i] *= a[i];
    }
  }

  /** Row sums in float lanes, rows in double. */
  static double sumOfSquares(Tensor x) {
    return RowLoops.sum(x, (a, n) -> dot(a, a, n, Scratch.current()));
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
