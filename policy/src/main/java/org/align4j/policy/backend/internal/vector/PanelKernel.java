package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * A tile of rows of A times one panel of B. A panel holds {@link #WIDTH} columns of B, row by row
 * without gaps; a tile holds its rows side by side, column by column. So both are read in order
 * with one index each, and every vector of the panel meets all rows of the tile while it is in a
 * register.
 *
 * <p>Six rows by two vectors are twelve sums, which with two vectors of B and one of A fit the
 * sixteen registers of AVX2 and keep both multiply-add units busy. The loops count their indices up
 * by constants: with indices that are computed from a counter, some JVMs keep sums in memory, which
 * halves the speed (measured on 17 and 25, docs/log.md).
 */
final class PanelKernel {
  private static final int LANES = SPECIES.length();

  /** Columns of a panel. */
  static final int WIDTH = 2 * LANES;

  /** Columns of A and calls that make the JVM compile the kernels; it counts loop iterations. */
  private static final int EARLY_DEPTH = 64;

  private static final int EARLY_CALLS = 1500;

  private PanelKernel() {}

  /** Calls the kernels until the JVM compiles them. */
  static void compileEarly() {
    float[] a = new float[RowTiles.SIX * EARLY_DEPTH];
    float[] panel = new float[EARLY_DEPTH * WIDTH];
    float[] c = new float[RowTiles.SIX * WIDTH];
    for (int i = 0; i < EARLY_CALLS; i++) {
      multiply(RowTiles.SIX, a, 0, EARLY_DEPTH, panel, 0, c, 0, WIDTH);
      multiply(RowTiles.FOUR, a, 0, EARLY_DEPTH, panel, 0, c, 0, WIDTH);
    }
  }

  /**
   * C += A · panel.
   *
   * @param rows of the tile, {@link RowTiles#SIX} or {@link RowTiles#FOUR}
   * @param a element (r, p) at {@code aAt + p * rows + r}
   * @param k columns of A and rows of the panel
   * @param panel from {@code panelAt}
   * @param c row r from {@code cAt + r * cStride}
   */
  static void multiply(
      int rows,
      float[] a,
      int aAt,
      int k,
      float[] panel,
      int panelAt,
      float[] c,
      int cAt,
      int cStride) {
    if (rows == RowTiles.SIX) {
      sixRows(a, aAt, k, panel, panelAt, c, cAt, cStride);
    } else {
      fourRows(a, aAt, k, panel, panelAt, c, cAt, cStride);
    }
  }

  private static void sixRows(
      float[] a, int aAt, int k, float[] panel, int panelAt, float[] c, int cAt, int cStride) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, cAt + cStride);
    FloatVector s11 = FloatVector.fromArray(SPECIES, c, cAt + cStride + LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cStride);
    FloatVector s21 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cStride + LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cStride);
    FloatVector s31 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cStride + LANES);
    FloatVector s40 = FloatVector.fromArray(SPECIES, c, cAt + 4 * cStride);
    FloatVector s41 = FloatVector.fromArray(SPECIES, c, cAt + 4 * cStride + LANES);
    FloatVector s50 = FloatVector.fromArray(SPECIES, c, cAt + 5 * cStride);
    FloatVector s51 = FloatVector.fromArray(SPECIES, c, cAt + 5 * cStride + LANES);
    int end = panelAt + k * WIDTH;
    for (int w = panelAt, p = aAt; w < end; w += WIDTH, p += RowTiles.SIX) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, w);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, w + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[p]);
      s00 = x0.fma(b0, s00);
      s01 = x0.fma(b1, s01);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[p + 1]);
      s10 = x1.fma(b0, s10);
      s11 = x1.fma(b1, s11);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[p + 2]);
      s20 = x2.fma(b0, s20);
      s21 = x2.fma(b1, s21);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[p + 3]);
      s30 = x3.fma(b0, s30);
      s31 = x3.fma(b1, s31);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[p + 4]);
      s40 = x4.fma(b0, s40);
      s41 = x4.fma(b1, s41);
      FloatVector x5 = FloatVector.broadcast(SPECIES, a[p + 5]);
      s50 = x5.fma(b0, s50);
      s51 = x5.fma(b1, s51);
    }
    s00.intoArray(c, cAt);
    s01.intoArray(c, cAt + LANES);
    s10.intoArray(c, cAt + cStride);
    s11.intoArray(c, cAt + cStride + LANES);
    s20.intoArray(c, cAt + 2 * cStride);
    s21.intoArray(c, cAt + 2 * cStride + LANES);
    s30.intoArray(c, cAt + 3 * cStride);
    s31.intoArray(c, cAt + 3 * cStride + LANES);
    s40.intoArray(c, cAt + 4 * cStride);
    s41.intoArray(c, cAt + 4 * cStride + LANES);
    s50.intoArray(c, cAt + 5 * cStride);
    s51.intoArray(c, cAt + 5 * cStride + LANES);
  }

  private static void fourRows(
      float[] a, int aAt, int k, float[] panel, int panelAt, float[] c, int cAt, int cStride) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, cAt + cStride);
    FloatVector s11 = FloatVector.fromArray(SPECIES, c, cAt + cStride + LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cStride);
    FloatVector s21 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cStride + LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cStride);
    FloatVector s31 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cStride + LANES);
    int end = panelAt + k * WIDTH;
    for (int w = panelAt, p = aAt; w < end; w += WIDTH, p += RowTiles.FOUR) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, w);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, w + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[p]);
      s00 = x0.fma(b0, s00);
      s01 = x0.fma(b1, s01);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[p + 1]);
      s10 = x1.fma(b0, s10);
      s11 = x1.fma(b1, s11);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[p + 2]);
      s20 = x2.fma(b0, s20);
      s21 = x2.fma(b1, s21);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[p + 3]);
      s30 = x3.fma(b0, s30);
      s31 = x3.fma(b1, s31);
    }
    s00.intoArray(c, cAt);
    s01.intoArray(c, cAt + LANES);
    s10.intoArray(c, cAt + cStride);
    s11.intoArray(c, cAt + cStride + LANES);
    s20.intoArray(c, cAt + 2 * cStride);
    s21.intoArray(c, cAt + 2 * cStride + LANES);
    s30.intoArray(c, cAt + 3 * cStride);
    s31.intoArray(c, cAt + 3 * cStride + LANES);
  }
}
