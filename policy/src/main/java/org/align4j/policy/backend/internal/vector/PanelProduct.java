package org.align4j.policy.backend.internal.vector;

import java.util.Arrays;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/**
 * Products with a weight in panels. A panel is read once, in order, and every loaded vector meets
 * all rows of a tile while it is in a register. OpenBLAS packs operands on every call; these are
 * packed once.
 */
final class PanelProduct implements PackedMatrix {
  private static final int WIDTH = PanelKernel.WIDTH;

  /** Results that a thread collects before it writes them, so that rows are written in pieces. */
  private static final int COLLECTED = 1 << 15;

  /** Work items per thread that even out what else the processors do. */
  private static final int ITEMS = 8;

  /** Tiles of rows that are worth reading a panel for. */
  private static final int MIN_TILES = 6;

  private final Panels panels;
  private final int outputs;
  private final int inputs;

  PanelProduct(Panels panels) {
    this.panels = panels;
    outputs = panels.outputs();
    inputs = panels.inputs();
  }

  @Override
  public void multiply(Tensor x, Tensor out) {
    PackedMatrix.checkShapes(inputs, outputs, x, out);
    if (x.rows() == 0) {
      return;
    }
    RowTiles tiles = RowTiles.of(x.rows());
    float[] a = tiles.copy(x, panels.roundsInputs());
    int cuts = cuts(tiles.count());
    int rows = tiles.padded() / cuts;
    int balanced = panels.count() * cuts / (ITEMS * Threads.COUNT);
    int collected = Math.max(1, Math.min(COLLECTED / (rows * WIDTH), balanced));
    int chunks = (panels.count() + collected - 1) / collected;
    Threads.forEach(
        chunks * cuts,
        item -> {
          int panel = item / cuts * collected;
          int tile = item % cuts * tiles.count() / cuts;
          int end = (item % cuts + 1) * tiles.count() / cuts;
          chunk(a, tiles, tile, end, panel, Math.min(panels.count(), panel + collected), out);
        });
  }

  /**
   * Pieces that the rows are cut into, so that a narrow product, too, makes work for all threads.
   */
  private int cuts(int tiles) {
    int wanted = (ITEMS * Threads.COUNT + panels.count() - 1) / panels.count();
    return Math.max(1, Math.min(wanted, tiles / MIN_TILES));
  }

  private void chunk(float[] a, RowTiles tiles, int tile, int end, int from, int to, Tensor out) {
    int first = tiles.start(tile);
    int rows = Math.min(out.rows(), tiles.start(end)) - first;
    int stride = (to - from) * WIDTH;
    Scratch memory = Scratch.current();
    float[] c = memory.tile(0, rows * stride);
    float[] scratch = memory.tile(2, panels.depth() * WIDTH);
    float[] sums = memory.tile(3, (tiles.start(end) - first) * WIDTH);
    for (int p = from; p < to; p++) {
      Arrays.fill(sums, 0, (tiles.start(end) - first) * WIDTH, 0);
      for (int k = 0; k < inputs; k += panels.depth()) {
        int depth = Math.min(panels.depth(), inputs - k);
        float[] panel = panels.read(p, k, depth, scratch);
        for (int t = tile; t < end; t++) {
          int height = tiles.rows(t);
          int start = tiles.start(t);
          int at = start * inputs + k * height;
          int target = (start - first) * WIDTH;
          PanelKernel.multiply(height, a, at, depth, panel, panels.at(k), sums, target);
        }
      }
      PanelKernel.spread(sums, rows, c, (p - from) * WIDTH, stride);
    }
    int column = from * WIDTH;
    int count = Math.min(stride, outputs - column);
    for (int r = 0; r < rows; r++) {
      out.write(first + r, column, c, r * stride, count);
    }
  }
}
