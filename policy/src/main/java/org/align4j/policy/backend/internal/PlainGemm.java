package org.align4j.policy.backend.internal;

import java.util.Arrays;
import org.align4j.policy.backend.Tensor;

/**
 * Matrix products in plain Java, for platforms without OpenBLAS: blocks of C beside each other,
 * with blocks of A and B copied to the heap.
 */
final class PlainGemm {
  /** Rows of a block of C. */
  private static final int ROWS = 64;

  /** Columns of it. */
  private static final int COLUMNS = 256;

  /** Terms of its sums at a time; the block of B then fits the second-level cache. */
  private static final int DEPTH = 256;

  private final boolean transposeA;
  private final boolean transposeB;
  private final float alpha;
  private final Tensor a;
  private final Tensor b;
  private final float beta;
  private final Tensor c;

  private PlainGemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    this.transposeA = transposeA;
    this.transposeB = transposeB;
    this.alpha = alpha;
    this.a = a;
    this.b = b;
    this.beta = beta;
    this.c = c;
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
    PlainGemm product = new PlainGemm(transposeA, transposeB, alpha, a, b, beta, c);
    int rowBlocks = (c.rows() + ROWS - 1) / ROWS;
    int columnBlocks = (c.columns() + COLUMNS - 1) / COLUMNS;
    Threads.forEach(
        rowBlocks * columnBlocks,
        item -> product.block(item % rowBlocks * ROWS, item / rowBlocks * COLUMNS));
  }

  private void block(int row, int column) {
    int rows = Math.min(ROWS, c.rows() - row);
    int columns = Math.min(COLUMNS, c.columns() - column);
    int terms = transposeA ? a.rows() : a.columns();
    Scratch scratch = Scratch.current();
    float[] left = scratch.tile(0, ROWS * DEPTH);
    float[] right = scratch.tile(1, DEPTH * COLUMNS);
    float[] sums = scratch.tile(2, ROWS * COLUMNS);
    loadSums(row, rows, column, columns, sums);
    for (int term = 0; term < terms; term += DEPTH) {
      int depth = Math.min(DEPTH, terms - term);
      loadLeft(row, rows, term, depth, left);
      loadRight(column, columns, term, depth, right);
      PlainTiles.multiplyAdd(
          left,
          0,
          transposeA ? 1 : depth,
          transposeA ? rows : 1,
          right,
          0,
          columns,
          sums,
          0,
          columns,
          rows,
          columns,
          depth);
    }
    for (int r = 0; r < rows; r++) {
      c.write(row + r, column, sums, r * columns, columns);
    }
  }

  /** beta = 0 must not read C, which may hold NaN. */
  private void loadSums(int row, int rows, int column, int columns, float[] sums) {
    if (beta == 0) {
      Arrays.fill(sums, 0, rows * columns, 0);
      return;
    }
    for (int r = 0; r < rows; r++) {
      c.read(row + r, column, sums, r * columns, columns);
    }
    PlainTiles.scale(beta, sums, rows * columns);
  }

  /** Rows of alpha · op(A), or its columns one after another where A lies transposed. */
  private void loadLeft(int row, int rows, int term, int depth, float[] left) {
    if (transposeA) {
      for (int p = 0; p < depth; p++) {
        a.read(term + p, row, left, p * rows, rows);
      }
    } else {
      for (int r = 0; r < rows; r++) {
        a.read(row + r, term, left, r * depth, depth);
      }
    }
    PlainTiles.scale(alpha, left, rows * depth);
  }

  private void loadRight(int column, int columns, int term, int depth, float[] right) {
    if (!transposeB) {
      for (int p = 0; p < depth; p++) {
        b.read(term + p, column, right, p * columns, columns);
      }
      return;
    }
    float[] rows = Scratch.current().tile(3, DEPTH * COLUMNS);
    for (int j = 0; j < columns; j++) {
      b.read(column + j, term, rows, j * depth, depth);
    }
    PlainTiles.transpose(rows, columns, depth, depth, right, columns);
  }
}
