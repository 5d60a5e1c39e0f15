package org.align4j.policy.backend.internal.vector;

import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Blas;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/**
 * Products with few columns and much else, as low-rank adapters have them: op(B) is small enough to
 * be copied whole, and A is read once, block by block. OpenBLAS copies A, too, which costs more
 * than so few multiplications.
 */
final class TallSkinnyGemm {
  /** The most columns. */
  static final int COLUMNS = 64;

  /** Rows, or terms of a sum, from which on OpenBLAS is slower. */
  private static final int MANY = 512;

  /** Rows of C at a time. */
  private static final int ROWS = 32;

  /** The same where A lies transposed, so that a copy from one of its rows is worth the call. */
  private static final int ROWS_TRANSPOSED = 128;

  /** Rows of a transposed A that are in cache at a time. */
  private static final int DEPTH_TRANSPOSED = 64;

  /** Elements of op(B) whose copying is worth another thread. */
  private static final int GRAIN = 1 << 13;

  private final boolean transposeA;
  private final Tensor a;
  private final float[] packed;
  private final boolean accumulate;
  private final Tensor c;
  private final int k;
  private final int stride;

  private TallSkinnyGemm(
      boolean transposeA,
      float alpha,
      Tensor a,
      boolean transposeB,
      Tensor b,
      float beta,
      Tensor c) {
    this.transposeA = transposeA;
    this.a = a;
    this.c = c;
    accumulate = beta != 0;
    k = transposeA ? a.rows() : a.columns();
    stride = SmallGemm.padded(c.columns());
    packed = Scratch.current().tile(2, k * stride);
    Threads.forRows(
        k,
        Math.max(1, GRAIN / stride),
        (from, to) -> {
          if (transposeB) {
            packTransposed(b, from, to);
          } else {
            pack(b, from, to);
          }
          scaleAndPad(alpha, from, to);
        });
  }

  /** Whether a product is one of these; beta may be 0 or 1. */
  static boolean suits(int rows, int columns, int terms, float beta) {
    return columns > 0
        && columns <= COLUMNS
        && Math.max(rows, terms) >= MANY
        && (beta == 0 || beta == 1);
  }

  /** C = alpha · op(A) · op(B) + beta · C. */
  static void run(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    Blas.checkShapes(transposeA, transposeB, a, b, c);
    TallSkinnyGemm product = new TallSkinnyGemm(transposeA, alpha, a, transposeB, b, beta, c);
    int rows = transposeA ? ROWS_TRANSPOSED : ROWS;
    Threads.forEach(
        (c.rows() + rows - 1) / rows,
        item -> product.block(item * rows, Math.min(rows, c.rows() - item * rows)));
  }

  private void pack(Tensor b, int from, int to) {
    for (int p = from; p < to; p++) {
      b.readRow(p, packed, p * stride);
    }
  }

  private void packTransposed(Tensor b, int from, int to) {
    float[] row = Scratch.current().tile(0, to - from);
    for (int j = 0; j < c.columns(); j++) {
      b.read(j, from, row, 0, to - from);
      for (int p = from; p < to; p++) {
        packed[p * stride + j] = row[p - from];
      }
    }
  }

  private void scaleAndPad(float alpha, int from, int to) {
    int n = c.columns();
    for (int p = from; p < to; p++) {
      for (int j = 0; j < n; j++) {
        packed[p * stride + j] *= alpha;
      }
      for (int j = n; j < stride; j++) {
        packed[p * stride + j] = 0;
      }
    }
  }

  private void block(int from, int rows) {
    int depth = transposeA ? Math.min(k, DEPTH_TRANSPOSED) : k;
    Scratch scratch = Scratch.current();
    float[] tile = scratch.tile(0, rows * depth);
    float[] sums = scratch.tile(1, rows * stride);
    if (accumulate) {
      for (int r = 0; r < rows; r++) {
        c.readRow(from + r, sums, r * stride);
      }
    }
    for (int p = 0; p < k; p += depth) {
      int terms = Math.min(depth, k - p);
      if (transposeA) {
        for (int t = 0; t < terms; t++) {
          a.read(p + t, from, tile, t * rows, rows);
        }
      } else {
        a.readRows(from, rows, tile, 0);
      }
      SmallGemm.multiply(
          tile,
          0,
          transposeA ? 1 : k,
          transposeA ? rows : 1,
          packed,
          p * stride,
          stride,
          sums,
          0,
          stride,
          rows,
          stride,
          terms,
          accumulate || p > 0);
    }
    for (int r = 0; r < rows; r++) {
      c.writeRow(from + r, sums, r * stride);
    }
  }
}
