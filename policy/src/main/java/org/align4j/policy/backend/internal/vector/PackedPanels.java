package org.align4j.policy.backend.internal.vector;

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
  private static final int DEPTH = 768;

  /** Results that a thread collects before it writes them, so that rows are written in pieces. */
  private static final int COLLECTED = 1 << 15;

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
    if (x.columns() != inputs || out.columns() != outputs || out.rows() != x.rows()) {
      throw new IllegalArgumentException(
          "packed product: x is "
              + x.shape()
              + ", W is ["
              + outputs
              + ", "
              + inputs
              + "], out is "
              + out.shape());
    }
    int rows = x.rows();
    // A last tile of two or three rows runs as one of four; what it adds is never read.
    float[] a = Scratch.current().tile(1, (rows + PanelKernel.TILE) * inputs);
    x.readRows(0, rows, a, 0);
    int collected = Math.max(1, COLLECTED / (Math.max(1, rows) * WIDTH));
    Threads.forRows(
        panels.length,
        1,
        (from, to) -> {
          for (int p = from; p < to; p += collected) {
            chunk(a, rows, p, Math.min(to, p + collected), out);
          }
        });
  }

  private void chunk(float[] a, int rows, int from, int to, Tensor out) {
    int stride = (to - from) * WIDTH;
    float[] c = Scratch.current().tile(0, (rows + PanelKernel.TILE) * stride);
    for (int p = from; p < to; p++) {
      int at = (p - from) * WIDTH;
      for (int k = 0; k < inputs; k += DEPTH) {
        int depth = Math.min(DEPTH, inputs - k);
        PanelKernel.multiply(a, k, inputs, rows, depth, panels[p], k * WIDTH, c, at, stride, k > 0);
      }
    }
    int column = from * WIDTH;
    int count = Math.min(stride, outputs - column);
    for (int r = 0; r < rows; r++) {
      out.write(r, column, c, r * stride, count);
    }
  }
}
