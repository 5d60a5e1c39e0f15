package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Matrix products of attention-sized tiles on the heap. B's and C's rows are padded to whole
 * vectors, so there are no column tails; A is read element by element and may be strided either
 * way.
 */
final class SmallGemm {
  static final int LANES = SPECIES.length();

  private SmallGemm() {}

  /** Columns rounded up to whole vectors. */
  static int padded(int columns) {
    return (columns + LANES - 1) / LANES * LANES;
  }

  /**
   * C[m × n] (+)= A[m × k] · B[k × n].
   *
   * @param a element (i, p) at {@code aAt + i * aRow + p * aColumn}
   * @param n multiple of the lane count
   * @param accumulate add to C instead of overwriting it
   */
  static void multiply(
      float[] a,
      int aAt,
      int aRow,
      int aColumn,
      float[] b,
      int bStride,
      float[] c,
      int cAt,
      int cStride,
      int m,
      int n,
      int k,
      boolean accumulate) {
    int i = 0;
    for (; i + 4 <= m; i += 4) {
      for (int j = 0; j < n; j += LANES) {
        fourRows(
            a,
            aAt + i * aRow,
            aRow,
            aColumn,
            b,
            j,
            bStride,
            c,
            cAt + i * cStride + j,
            cStride,
            k,
            accumulate);
      }
    }
    for (; i < m; i++) {
      for (int j = 0; j < n; j += LANES) {
        oneRow(a, aAt + i * aRow, aColumn, b, j, bStride, c, cAt + i * cStride + j, k, accumulate);
      }
    }
  }

  private static void fourRows(
      float[] a,
      int a0,
      int aRow,
      int aColumn,
      float[] b,
      int bAt,
      int bStride,
      float[] c,
      int c0,
      int cStride,
      int k,
      boolean accumulate) {
    int a1 = a0 + aRow;
    int a2 = a1 + aRow;
    int a3 = a2 + aRow;
    int c1 = c0 + cStride;
    int c2 = c1 + cStride;
    int c3 = c2 + cStride;
    FloatVector s0 = accumulate ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
    FloatVector s1 = accumulate ? FloatVector.fromArray(SPECIES, c, c1) : FloatVector.zero(SPECIES);
    FloatVector s2 = accumulate ? FloatVector.fromArray(SPECIES, c, c2) : FloatVector.zero(SPECIES);
    FloatVector s3 = accumulate ? FloatVector.fromArray(SPECIES, c, c3) : FloatVector.zero(SPECIES);
    for (int p = 0; p < k; p++) {
      FloatVector row = FloatVector.fromArray(SPECIES, b, bAt + p * bStride);
      int ap = p * aColumn;
      s0 = FloatVector.broadcast(SPECIES, a[a0 + ap]).fma(row, s0);
      s1 = FloatVector.broadcast(SPECIES, a[a1 + ap]).fma(row, s1);
      s2 = FloatVector.broadcast(SPECIES, a[a2 + ap]).fma(row, s2);
      s3 = FloatVector.broadcast(SPECIES, a[a3 + ap]).fma(row, s3);
    }
    s0.intoArray(c, c0);
    s1.intoArray(c, c1);
    s2.intoArray(c, c2);
    s3.intoArray(c, c3);
  }

  private static void oneRow(
      float[] a,
      int a0,
      int aColumn,
      float[] b,
      int bAt,
      int bStride,
      float[] c,
      int c0,
      int k,
      boolean accumulate) {
    FloatVector sum =
        accumulate ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
    for (int p = 0; p < k; p++) {
      sum =
          FloatVector.broadcast(SPECIES, a[a0 + p * aColumn])
              .fma(FloatVector.fromArray(SPECIES, b, bAt + p * bStride), sum);
    }
    sum.intoArray(c, c0);
  }

  /**
   * target[columns × paddedRows] = sourceᵀ of {@code source[rows × stride]}; the padding is zeroed.
   */
  static void transpose(
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
