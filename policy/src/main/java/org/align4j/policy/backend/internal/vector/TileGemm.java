package org.align4j.policy.backend.internal.vector;

import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Threads;

/**
 * C = alpha · A · B + beta · C for many rows, none transposed: the gradient of a linear layer's
 * input, and of the head's. B is cut into panels as it is used; that is one copy of whole runs of a
 * row, which many rows pay for.
 */
final class TileGemm {
  private static final int WIDTH = PanelKernel.WIDTH;

  /** Rows of B at a time, so that a panel of them stays in the second-level cache. */
  private static final int DEPTH = 768;

  /** Fewer rows do not pay for cutting B into panels. */
  private static final int MIN_ROWS = 32;

  private TileGemm() {}

  /** Whether a product is of the kind that this is faster for than BLAS. */
  static boolean suits(int rows, int columns, int depth) {
    return PanelKernel.WIDE && rows >= MIN_ROWS && columns >= WIDTH && depth >= WIDTH;
  }

  static void multiply(float alpha, Tensor a, Tensor b, float beta, Tensor c) {
    int rows = a.rows();
    int panels = (c.columns() + WIDTH - 1) / WIDTH;
    int cuts = Math.max(1, Math.min(rows / MIN_ROWS, 4 * Threads.COUNT / panels));
    int tile = PanelKernel.TILE;
    int cut = (rows + cuts * tile - 1) / (cuts * tile) * tile;
    int rowCuts = (rows + cut - 1) / cut;
    for (int from = 0; from < a.columns(); from += DEPTH) {
      int first = from;
      int depth = Math.min(DEPTH, a.columns() - from);
      float[] left = Scratch.current().tile(3, (rows + tile) * depth);
      Threads.forRows(
          rows,
          MIN_ROWS,
          (start, end) -> {
            for (int r = start; r < end; r++) {
              a.read(r, first, left, r * depth, depth);
            }
          });
      float kept = from == 0 ? beta : 1;
      Threads.forEach(
          panels * rowCuts,
          item -> {
            int row = item % rowCuts * cut;
            int column = item / rowCuts * WIDTH;
            float[] panel = panel(b, first, depth, column);
            store(alpha, left, row, Math.min(cut, rows - row), depth, panel, kept, c, column);
          });
    }
  }

  /** Rows of B's columns from {@code column} on; behind B's last column stands anything. */
  private static float[] panel(Tensor b, int from, int depth, int column) {
    float[] panel = Scratch.current().tile(0, depth * WIDTH);
    int columns = Math.min(WIDTH, b.columns() - column);
    for (int p = 0; p < depth; p++) {
      b.read(from + p, column, panel, p * WIDTH, columns);
    }
    return panel;
  }

  private static void store(
      float alpha,
      float[] left,
      int row,
      int rows,
      int depth,
      float[] panel,
      float beta,
      Tensor c,
      int column) {
    Scratch scratch = Scratch.current();
    int columns = Math.min(WIDTH, c.columns() - column);
    float[] result = scratch.tile(1, (rows + PanelKernel.TILE) * WIDTH);
    float[] old = scratch.tile(2, WIDTH);
    PanelKernel.multiply(left, row * depth, rows, depth, panel, result, 0, WIDTH);
    for (int r = 0; r < rows; r++) {
      int at = r * WIDTH;
      // beta = 0 must not read C, which may hold NaN.
      if (beta == 0) {
        for (int j = 0; j < columns; j++) {
          result[at + j] *= alpha;
        }
      } else {
        c.read(row + r, column, old, 0, columns);
        for (int j = 0; j < columns; j++) {
          result[at + j] = alpha * result[at + j] + beta * old[j];
        }
      }
      c.write(row + r, column, result, at, columns);
    }
  }
}
