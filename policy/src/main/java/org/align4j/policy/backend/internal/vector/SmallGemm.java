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
   * @param bAt first element of B
   * @param n multiple of the lane count
   * @param accumulate add to C instead of overwriting it
   */
  static void multiply(
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
      int k,
      boolean accumulate) {
    int wide = n / (2 * LANES) * (2 * LANES);
    int i = 0;
    for (; i + 4 <= m; i += 4) {
      int rowAt = aAt + i * aRow;
      int out = cAt + i * cStride;
      for (int j = 0; j < wide; j += 2 * LANES) {
        fourRowsWide(
            a, rowAt, aRow, aColumn, b, bAt + j, bStride, c, out + j, cStride, k, accumulate);
      }
      if (wide < n) {
        fourRows(
            a, rowAt, aRow, aColumn, b, bAt + wide, bStride, c, out + wide, cStride, k, accumulate);
      }
    }
    for (; i < m; i++) {
      for (int j = 0; j < n; j += LANES) {
        oneRow(
            a,
            aAt + i * aRow,
            aColumn,
            b,
            bAt + j,
            bStride,
            c,
            cAt + i * cStride + j,
            k,
            accumulate);
      }
    }
  }

  private static FloatVector start(float[] c, int at, boolean accumulate) {
    return accumulate ? FloatVector.fromArray(SPECIES, c, at) : FloatVector.zero(SPECIES);
  }

  /** Four rows by two vectors: eight sums in registers, two loads and four broadcasts a step. */
  private static void fourRowsWide(
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
    FloatVector s00 = start(c, c0, accumulate);
    FloatVector s01 = start(c, c0 + LANES, accumulate);
    FloatVector s10 = start(c, c1, accumulate);
    FloatVector s11 = start(c, c1 + LANES, accumulate);
    FloatVector s20 = start(c, c2, accumulate);
    FloatVector s21 = start(c, c2 + LANES, accumulate);
    FloatVector s30 = start(c, c3, accumulate);
    FloatVector s31 = start(c, c3 + LANES, accumulate);
    for (int p = 0; p < k; p++) {
      int at = bAt + p * bStride;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, at);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, at + LANES);
      int ap = p * aColumn;
      FloatVector row0 = FloatVector.broadcast(SPECIES, a[a0 + ap]);
      s00 = row0.fma(b0, s00);
      s01 = row0.fma(b1, s01);
      FloatVector row1 = FloatVector.broadcast(SPECIES, a[a1 + ap]);
      s10 = row1.fma(b0, s10);
      s11 = row1.fma(b1, s11);
      FloatVector row2 = FloatVector.broadcast(SPECIES, a[a2 + ap]);
      s20 = row2.fma(b0, s20);
      s21 = row2.fma(b1, s21);
      FloatVector row3 = FloatVector.broadcast(SPECIES, a[a3 + ap]);
      s30 = row3.fma(b0, s30);
      s31 = row3.fma(b1, s31);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + LANES);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + LANES);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + LANES);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + LANES);
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
    FloatVector s0 = start(c, c0, accumulate);
    FloatVector s1 = start(c, c1, accumulate);
    FloatVector s2 = start(c, c2, accumulate);
    FloatVector s3 = start(c, c3, accumulate);
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
    FloatVector sum = start(c, c0, accumulate);
    for (int p = 0; p < k; p++) {
      sum =
          FloatVector.broadcast(SPECIES, a[a0 + p * aColumn])
              .fma(FloatVector.fromArray(SPECIES, b, bAt + p * bStride), sum);
    }
    sum.intoArray(c, c0);
  }
}
