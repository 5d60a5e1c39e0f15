package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * A tile of rows of A times one panel of B. A panel holds {@link #WIDTH} columns of B, row by row
 * without gaps; a tile holds its rows side by side, column by column. So both are read in order
 * with one index each, and every vector of the panel meets all rows of the tile while it is in a
 * register.
 *
 * <p>Five rows by two vectors are ten sums, which with two vectors of B and three of A fit the
 * sixteen registers of AVX2: the JVM likes to load three vectors of A at once, and with a sixth row
 * it keeps a sum in memory, which halves the speed. For the same reason the loops count both
 * indices up by constants, and sums lie side by side: fewer numbers live through the loop (measured
 * on Java 17 and 25, docs/log.md).
 */
final class PanelKernel {
  private static final int LANES = SPECIES.length();

  /** Columns of a panel. */
  static final int WIDTH = 2 * LANES;

  /** Columns of A and calls that make the JVM compile the kernels; it counts loop iterations. */
  private static final int EARLY_DEPTH = 64;

  private static final int EARLY_CALLS = 1500;

  private PanelKernel() {}

  /** Panels for so many outputs; the last one may hold outputs that are not there. */
  static int panels(int outputs) {
    return (outputs + WIDTH - 1) / WIDTH;
  }

  /** Calls the kernels until the JVM compiles them. */
  static void compileEarly() {
    float[] a = new float[RowTiles.FIVE * EARLY_DEPTH];
    float[] panel = new float[EARLY_DEPTH * WIDTH];
    float[] c = new float[RowTiles.FIVE * WIDTH];
    for (int i = 0; i < EARLY_CALLS; i++) {
      multiply(RowTiles.FIVE, a, 0, EARLY_DEPTH, panel, 0, c, 0);
      multiply(RowTiles.FOUR, a, 0, EARLY_DEPTH, panel, 0, c, 0);
    }
  }

  /**
   * C += A · panel.
   *
   * @param rows of the tile, {@link RowTiles#FIVE} or {@link RowTiles#FOUR}
   * @param a element (r, p) at {@code aAt + p * rows + r}
   * @param k columns of A and rows of the panel
   * @param panel from {@code panelAt}
   * @param c row r from {@code cAt + r * WIDTH}
   */
  static void multiply(
      int rows, float[] a, int aAt, int k, float[] panel, int panelAt, float[] c, int cAt) {
    if (rows == RowTiles.FIVE) {
      fiveRows(a, aAt, k, panel, panelAt, c, cAt);
    } else {
      fourRows(a, aAt, k, panel, panelAt, c, cAt);
    }
  }

  /** Copies rows of sums to rows of a wider matrix. */
  static void spread(float[] sums, int rows, float[] target, int at, int stride) {
    for (int r = 0; r < rows; r++) {
      int to = at + r * stride;
      FloatVector.fromArray(SPECIES, sums, r * WIDTH).intoArray(target, to);
      FloatVector.fromArray(SPECIES, sums, r * WIDTH + LANES).intoArray(target, to + LANES);
    }
  }

  private static void fiveRows(
      float[] a, int aAt, int k, float[] panel, int panelAt, float[] c, int cAt) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, cAt + 2 * LANES);
    FloatVector s11 = FloatVector.fromArray(SPECIES, c, cAt + 3 * LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, cAt + 4 * LANES);
    FloatVector s21 = FloatVector.fromArray(SPECIES, c, cAt + 5 * LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, cAt + 6 * LANES);
    FloatVector s31 = FloatVector.fromArray(SPECIES, c, cAt + 7 * LANES);
    FloatVector s40 = FloatVector.fromArray(SPECIES, c, cAt + 8 * LANES);
    FloatVector s41 = FloatVector.fromArray(SPECIES, c, cAt + 9 * LANES);
    int end = panelAt + k * WIDTH;
    for (int w = panelAt, x = aAt; w < end; w += WIDTH, x += RowTiles.FIVE) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, w);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, w + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[x]);
      s00 = x0.fma(b0, s00);
      s01 = x0.fma(b1, s01);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[x + 1]);
      s10 = x1.fma(b0, s10);
      s11 = x1.fma(b1, s11);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[x + 2]);
      s20 = x2.fma(b0, s20);
      s21 = x2.fma(b1, s21);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[x + 3]);
      s30 = x3.fma(b0, s30);
      s31 = x3.fma(b1, s31);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[x + 4]);
      s40 = x4.fma(b0, s40);
      s41 = x4.fma(b1, s41);
    }
    s00.intoArray(c, cAt);
    s01.intoArray(c, cAt + LANES);
    s10.intoArray(c, cAt + 2 * LANES);
    s11.intoArray(c, cAt + 3 * LANES);
    s20.intoArray(c, cAt + 4 * LANES);
    s21.intoArray(c, cAt + 5 * LANES);
    s30.intoArray(c, cAt + 6 * LANES);
    s31.intoArray(c, cAt + 7 * LANES);
    s40.intoArray(c, cAt + 8 * LANES);
    s41.intoArray(c, cAt + 9 * LANES);
  }

  private static void fourRows(
      float[] a, int aAt, int k, float[] panel, int panelAt, float[] c, int cAt) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, cAt + 2 * LANES);
    FloatVector s11 = FloatVector.fromArray(SPECIES, c, cAt + 3 * LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, cAt + 4 * LANES);
    FloatVector s21 = FloatVector.fromArray(SPECIES, c, cAt + 5 * LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, cAt + 6 * LANES);
    FloatVector s31 = FloatVector.fromArray(SPECIES, c, cAt + 7 * LANES);
    int end = panelAt + k * WIDTH;
    for (int w = panelAt, x = aAt; w < end; w += WIDTH, x += RowTiles.FOUR) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, w);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, w + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[x]);
      s00 = x0.fma(b0, s00);
      s01 = x0.fma(b1, s01);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[x + 1]);
      s10 = x1.fma(b0, s10);
      s11 = x1.fma(b1, s11);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[x + 2]);
      s20 = x2.fma(b0, s20);
      s21 = x2.fma(b1, s21);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[x + 3]);
      s30 = x3.fma(b0, s30);
      s31 = x3.fma(b1, s31);
    }
    s00.intoArray(c, cAt);
    s01.intoArray(c, cAt + LANES);
    s10.intoArray(c, cAt + 2 * LANES);
    s11.intoArray(c, cAt + 3 * LANES);
    s20.intoArray(c, cAt + 4 * LANES);
    s21.intoArray(c, cAt + 5 * LANES);
    s30.intoArray(c, cAt + 6 * LANES);
    s31.intoArray(c, cAt + 7 * LANES);
  }
}
