package org.align4j.policy.backend.internal;

import java.util.Arrays;

/**
 * Matrix products of tiles on the heap in loops that the JVM's compiler turns into vectors by
 * itself: no branches, and one array that is written.
 */
public final class PlainTiles {
  /** Terms of the sums that one pass over a row of C adds. */
  private static final int TERMS = 8;

  private PlainTiles() {}

  /**
   * C[m × n] += A[m × k] · B[k × n].
   *
   * @param a element (i, p) at {@code aAt + i * aRow + p * aColumn}
   * @param bAt first element of B, whose rows are {@code bStride} apart
   * @param cAt first element of C, whose rows are {@code cStride} apart; not in the array of B
   */
  public static void multiplyAdd(
      float[] a,
      int aAt,
      int aRow,
      int aColumn,
      float[] b,
      int bAt,
      int bStride,
      float[] c,
      int cAt,
      int cStride,
      int m,
      int n,
      int k) {
    int whole = k / TERMS * TERMS;
    for (int p = 0; p < whole; p += TERMS) {
      for (int i = 0; i < m; i++) {
        int at = aAt + i * aRow + p * aColumn;
        eightTerms(a, at, aColumn, b, bAt + p * bStride, bStride, c, cAt + i * cStride, n);
      }
    }
    for (int p = whole; p < k; p++) {
      for (int i = 0; i < m; i++) {
        addScaled(a[aAt + i * aRow + p * aColumn], b, bAt + p * bStride, c, cAt + i * cStride, n);
      }
    }
  }

  /** C[m × n] = A[m × k] · B[k × n]; see {@link #multiplyAdd}. */
  public static void multiply(
      float[] a,
      int aAt,
      int aRow,
      int aColumn,
      float[] b,
      int bAt,
      int bStride,
      float[] c,
      int cAt,
      int cStride,
      int m,
      int n,
      int k) {
    for (int i = 0; i < m; i++) {
      Arrays.fill(c, cAt + i * cStride, cAt + i * cStride + n, 0);
    }
    multiplyAdd(a, aAt, aRow, aColumn, b, bAt, bStride, c, cAt, cStride, m, n, k);
  }

  private static void eightTerms(
      float[] a, int aAt, int aColumn, float[] b, int bAt, int bStride, float[] c, int cAt, int n) {
    float a0 = a[aAt];
    float a1 = a[aAt + aColumn];
    float a2 = a[aAt + 2 * aColumn];
    float a3 = a[aAt + 3 * aColumn];
    float a4 = a[aAt + 4 * aColumn];
    float a5 = a[aAt + 5 * aColumn];
    float a6 = a[aAt + 6 * aColumn];
    float a7 = a[aAt + 7 * aColumn];
    int b1 = bAt + bStride;
    int b2 = b1 + bStride;
    int b3 = b2 + bStride;
    int b4 = b3 + bStride;
    int b5 = b4 + bStride;
    int b6 = b5 + bStride;
    int b7 = b6 + bStride;
    for (int j = 0; j < n; j++) {
      c[cAt + j] +=
          a0 * b[bAt + j]
              + a1 * b[b1 + j]
              + a2 * b[b2 + j]
              + a3 * b[b3 + j]
              + (a4 * b[b4 + j] + a5 * b[b5 + j] + a6 * b[b6 + j] + a7 * b[b7 + j]);
    }
  }

  /** y += factor · x, for n elements. */
  public static void addScaled(float factor, float[] x, int xAt, float[] y, int yAt, int n) {
    for (int j = 0; j < n; j++) {
      y[yAt + j] += factor * x[xAt + j];
    }
  }

  /** x = factor · x, for n elements. */
  public static void scale(float factor, float[] x, int n) {
    if (factor == 1) {
      return;
    }
    for (int j = 0; j < n; j++) {
      x[j] *= factor;
    }
  }

  /**
   * target[columns × paddedRows] = sourceᵀ of {@code source[rows × stride]}; the padding is zeroed.
   */
  public static void transpose(
      float[] source, int rows, int columns, int stride, float[] target, int paddedRows) {
    for (int j = 0; j < columns; j++) {
      int at = j * paddedRows;
      for (int i = 0; i < rows; i++) {
        target[at + i] = source[i * stride + j];
      }
      for (int i = rows; i < paddedRows; i++) {
        target[at + i] = 0;
      }
    }
  }
}
