package org.align4j.policy.backend.internal.vector;

import java.util.Arrays;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Threads;

/**
 * A weight in panels on the heap. A panel holds a few vectors of outputs, input by input, so that a
 * product reads the weight once, in order, and every loaded vector meets all rows of a tile while
 * it is in a register. OpenBLAS packs operands on every call; these are packed once.
 */
final class PackedPanels implements PackedMatrix {
  private static final int WIDTH = PanelKernel.WIDTH;

  /** Inputs at a time, so that this much of a panel stays in the second-level cache. */
  static final int DEPTH = 768;

  /** Results that a thread collects before it writes them, so that rows are written in pieces. */
  private static final int COLLECTED = 1 << 15;

  /** Work items per thread that even out what else the processors do. */
  private static final int ITEMS = 8;

  /** Tiles of rows that are worth reading a panel for. */
  private static final int MIN_TILES = 6;

  private final int outputs;
  private final int inputs;
  private final float[][] panels;

  private PackedPanels(int outputs, int inputs) {
    this.outputs = outputs;
    this.inputs = inputs;
    panels = new float[(outputs + WIDTH - 1) / WIDTH][];
  }

  /** Packs W [outputs, inputs] for x · Wᵀ. */
  static PackedPanels of(Tensor weight) {
    PackedPanels packed = new PackedPanels(weight.rows(), weight.columns());
    packed.fill(
        (at, count, panel) -> {
          float[] rows = Scratch.current().tile(0, count * packed.inputs);
          weight.readRows(at, count, rows, 0);
          SmallGemm.transpose(rows, count, packed.inputs, packed.inputs, panel, WIDTH);
        });
    return packed;
  }

  /** Packs W [inputs, outputs] for x · W. */
  static PackedPanels ofTransposed(Tensor weight) {
    PackedPanels packed = new PackedPanels(weight.columns(), weight.rows());
    packed.fill(
        (at, count, panel) -> {
          for (int p = 0; p < packed.inputs; p++) {
            weight.read(p, at, panel, p * WIDTH, count);
          }
        });
    return packed;
  }

  private interface Filler {
    void fill(int output, int count, float[] panel);
  }

  private void fill(Filler filler) {
    Threads.forEach(
        panels.length,
        p -> {
          panels[p] = new float[inputs * WIDTH];
          filler.fill(p * WIDTH, Math.min(WIDTH, outputs - p * WIDTH), panels[p]);
        });
  }

  @Override
  public void multiply(Tensor x, Tensor out) {
    PackedMatrix.checkShapes(inputs, outputs, x, out);
    RowTiles tiles = RowTiles.of(x.rows());
    float[] a = tiles.copy(x);
    int cuts = cuts(tiles.count());
    int rows = Math.max(1, tiles.padded() / cuts);
    int balanced = panels.length * cuts / (ITEMS * Threads.COUNT);
    int collected = Math.max(1, Math.min(COLLECTED / (rows * WIDTH), balanced));
    int chunks = (panels.length + collected - 1) / collected;
    Threads.forEach(
        chunks * cuts,
        item -> {
          int panel = item / cuts * collected;
          int tile = item % cuts * tiles.count() / cuts;
          int end = (item % cuts + 1) * tiles.count() / cuts;
          chunk(a, tiles, tile, end, panel, Math.min(panels.length, panel + collected), out);
        });
  }

  /**
   * Pieces that the rows are cut into, so that a narrow product, too, makes work for all threads.
   */
  private int cuts(int tiles) {
    int wanted = (ITEMS * Threads.COUNT + panels.length - 1) / panels.length;
    return Math.max(1, Math.min(wanted, tiles / MIN_TILES));
  }

  private void chunk(float[] a, RowTiles tiles, int tile, int end, int from, int to, Tensor out) {
    int first = tiles.start(tile);
    int stride = (to - from) * WIDTH;
    int size = (tiles.start(end) - first) * stride;
    float[] c = Scratch.current().tile(0, size);
    Arrays.fill(c, 0, size, 0);
    for (int p = from; p < to; p++) {
      for (int k = 0; k < inputs; k += DEPTH) {
        int depth = Math.min(DEPTH, inputs - k);
        for (int t = tile; t < end; t++) {
          int height = tiles.rows(t);
          int start = tiles.start(t);
          int at = start * inputs + k * height;
          int target = (start - first) * stride + (p - from) * WIDTH;
          PanelKernel.multiply(height, a, at, depth, panels[p], k * WIDTH, c, target, stride);
        }
      }
    }
    int column = from * WIDTH;
    int count = Math.min(stride, outputs - column);
    int rows = Math.min(out.rows(), tiles.start(end)) - first;
    for (int r = 0; r < rows; r++) {
      out.write(first + r, column, c, r * stride, count);
    }
  }
}
