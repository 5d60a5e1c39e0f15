package org.align4j.policy.backend.internal.vector;

import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Threads;

/**
 * A weight in panels on the heap. A panel holds a few vectors of outputs, input by input, so that a
 * product of few rows reads the weight once, in order, and every loaded vector meets all rows of a
 * tile while it is in a register. OpenBLAS packs operands on every call, which pays for many rows
 * only.
 */
final class PackedPanels implements PackedMatrix {
  private static final int WIDTH = PanelKernel.WIDTH;

  /** Panels that a thread turns out before it writes them, so that rows are written in pieces. */
  private static final int CHUNK = 8;

  private final int outputs;
  private final int inputs;
  private final float[][] panels;

  PackedPanels(Tensor weight) {
    outputs = weight.rows();
    inputs = weight.columns();
    panels = new float[(outputs + WIDTH - 1) / WIDTH][];
    Threads.forRows(
        panels.length,
        1,
        (from, to) -> {
          float[] rows = Scratch.current().tile(0, WIDTH * inputs);
          for (int p = from; p < to; p++) {
            int count = Math.min(WIDTH, outputs - p * WIDTH);
            weight.readRows(p * WIDTH, count, rows, 0);
            float[] panel = new float[inputs * WIDTH];
            SmallGemm.transpose(rows, count, inputs, inputs, panel, WIDTH);
            panels[p] = panel;
          }
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
    Threads.forRows(
        panels.length,
        1,
        (from, to) -> {
          for (int p = from; p < to; p += CHUNK) {
            chunk(a, rows, p, Math.min(to, p + CHUNK), out);
          }
        });
  }

  private void chunk(float[] a, int rows, int from, int to, Tensor out) {
    int stride = (to - from) * WIDTH;
    float[] c = Scratch.current().tile(0, (rows + PanelKernel.TILE) * stride);
    for (int p = from; p < to; p++) {
      PanelKernel.multiply(a, 0, rows, inputs, panels[p], c, (p - from) * WIDTH, stride);
    }
    int column = from * WIDTH;
    int count = Math.min(stride, outputs - column);
    for (int r = 0; r < rows; r++) {
      out.write(r, column, c, r * stride, count);
    }
  }
}
