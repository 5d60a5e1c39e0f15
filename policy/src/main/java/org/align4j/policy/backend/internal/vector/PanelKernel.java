package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Rows of A times one panel of B. A panel holds {@link #WIDTH} columns of B, row by row without
 * gaps, so it is read in order; every vector of it meets four rows of A while it is in a register.
 */
final class PanelKernel {
  private static final int LANES = SPECIES.length();

  /**
   * Sums of four rows by four vectors need the registers of AVX-512. Six vectors would be a little
   * faster, but the kernel is then so large that the JVM does not always compile all of it.
   */
  static final boolean WIDE = LANES == 16;

  /** Columns of a panel. */
  static final int WIDTH = WIDE ? 4 * LANES : 2 * LANES;

  /** Rows that are taken at a time; A and C need room for so many behind their last row. */
  static final int TILE = 4;

  /** Inputs and calls that make the JVM compile the kernel; it counts loop iterations. */
  private static final int EARLY_DEPTH = 64;

  private static final int EARLY_CALLS = 1500;

  private PanelKernel() {}

  /** Calls the kernel until the JVM compiles it. */
  static void compileEarly() {
    float[] a = new float[(2 * TILE + 1) * EARLY_DEPTH];
    float[] panel = new float[EARLY_DEPTH * WIDTH];
    float[] c = new float[(2 * TILE + 1) * WIDTH];
    for (int i = 0; i < EARLY_CALLS; i++) {
      multiply(a, 0, EARLY_DEPTH, TILE + 1, EARLY_DEPTH, panel, 0, c, 0, WIDTH);
    }
  }

  /**
   * C += A · panel.
   *
   * @param a row r from {@code aAt + r * aStride}; a last tile of two or three rows reads on behind
   *     them
   * @param k rows of the panel
   * @param panel from {@code panelAt}
   * @param c row r from {@code cAt + r * cStride}; such a tile writes behind the last row, too
   */
  static void multiply(
      float[] a,
      int aAt,
      int aStride,
      int rows,
      int k,
      float[] panel,
      int panelAt,
      float[] c,
      int cAt,
      int cStride) {
    if (!WIDE) {
      SmallGemm.multiply(
          a, aAt, aStride, 1, panel, panelAt, WIDTH, c, cAt, cStride, rows, WIDTH, k, true);
      return;
    }
    int r = 0;
    for (; r + 1 < rows; r += TILE) {
      int at = aAt + r * aStride;
      fourRows(a, at, aStride, k, panel, panelAt, c, cAt + r * cStride, cStride);
    }
    if (r < rows) {
      int at = aAt + r * aStride;
      oneRow(a, at, k, panel, panelAt, c, cAt + r * cStride);
    }
  }

  /** Sixteen sums in registers; four loads and four broadcasts for sixteen multiply-adds. */
  private static void fourRows(
      float[] a,
      int at,
      int stride,
      int k,
      float[] panel,
      int panelAt,
      float[] c,
      int cAt,
      int cStride) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector s02 = FloatVector.fromArray(SPECIES, c, cAt + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(SPECIES, c, cAt + 3 * LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, cAt + cStride);
    FloatVector s11 = FloatVector.fromArray(SPECIES, c, cAt + cStride + LANES);
    FloatVector s12 = FloatVector.fromArray(SPECIES, c, cAt + cStride + 2 * LANES);
    FloatVector s13 = FloatVector.fromArray(SPECIES, c, cAt + cStride + 3 * LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cStride);
    FloatVector s21 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cStride + LANES);
    FloatVector s22 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cStride + 2 * LANES);
    FloatVector s23 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cStride + 3 * LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cStride);
    FloatVector s31 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cStride + LANES);
    FloatVector s32 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cStride + 2 * LANES);
    FloatVector s33 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cStride + 3 * LANES);
    for (int p = 0; p < k; p++) {
      int w = panelAt + p * WIDTH;
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, w);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, w + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, panel, w + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, panel, w + 3 * LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[at + p]);
      s00 = x0.fma(b0, s00);
      s01 = x0.fma(b1, s01);
      s02 = x0.fma(b2, s02);
      s03 = x0.fma(b3, s03);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[at + stride + p]);
      s10 = x1.fma(b0, s10);
      s11 = x1.fma(b1, s11);
      s12 = x1.fma(b2, s12);
      s13 = x1.fma(b3, s13);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[at + 2 * stride + p]);
      s20 = x2.fma(b0, s20);
      s21 = x2.fma(b1, s21);
      s22 = x2.fma(b2, s22);
      s23 = x2.fma(b3, s23);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[at + 3 * stride + p]);
      s30 = x3.fma(b0, s30);
      s31 = x3.fma(b1, s31);
      s32 = x3.fma(b2, s32);
      s33 = x3.fma(b3, s33);
    }
    s00.intoArray(c, cAt);
    s01.intoArray(c, cAt + LANES);
    s02.intoArray(c, cAt + 2 * LANES);
    s03.intoArray(c, cAt + 3 * LANES);
    s10.intoArray(c, cAt + cStride);
    s11.intoArray(c, cAt + cStride + LANES);
    s12.intoArray(c, cAt + cStride + 2 * LANES);
    s13.intoArray(c, cAt + cStride + 3 * LANES);
    s20.intoArray(c, cAt + 2 * cStride);
    s21.intoArray(c, cAt + 2 * cStride + LANES);
    s22.intoArray(c, cAt + 2 * cStride + 2 * LANES);
    s23.intoArray(c, cAt + 2 * cStride + 3 * LANES);
    s30.intoArray(c, cAt + 3 * cStride);
    s31.intoArray(c, cAt + 3 * cStride + LANES);
    s32.intoArray(c, cAt + 3 * cStride + 2 * LANES);
    s33.intoArray(c, cAt + 3 * cStride + 3 * LANES);
  }

  /** A single row is bound by the reading of the panel, which this does in order. */
  private static void oneRow(
      float[] a, int at, int k, float[] panel, int panelAt, float[] c, int cAt) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector s02 = FloatVector.fromArray(SPECIES, c, cAt + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(SPECIES, c, cAt + 3 * LANES);
    for (int p = 0; p < k; p++) {
      int w = panelAt + p * WIDTH;
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, w);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, w + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, panel, w + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, panel, w + 3 * LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[at + p]);
      s00 = x0.fma(b0, s00);
      s01 = x0.fma(b1, s01);
      s02 = x0.fma(b2, s02);
      s03 = x0.fma(b3, s03);
    }
    s00.intoArray(c, cAt);
    s01.intoArray(c, cAt + LANES);
    s02.intoArray(c, cAt + 2 * LANES);
    s03.intoArray(c, cAt + 3 * LANES);
  }
}
