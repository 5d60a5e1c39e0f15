package org.align4j.policy.backend.internal.vector;

import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.QuantizedRow;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Threads;
import org.align4j.policy.backend.internal.vector.QuantizedKernel.Panel;

/**
 * A weight on the heap in the integers of its file. Products with few rows are bound by the reading
 * of the weight; these read a fifth of what float32 takes, and get the same values out of it.
 */
final class QuantizedPanels implements PackedMatrix {
  private static final int WIDTH = QuantizedKernel.WIDTH;

  /** Makes 8-bit integers unsigned. */
  private static final int BIAS = 128;

  /** Results that a thread collects before it writes them, so that rows are written in pieces. */
  private static final int COLLECTED = 1 << 14;

  /** Work items per thread that even out what else the processors do. */
  private static final int ITEMS = 8;

  private final int outputs;
  private final int inputs;
  private final Panel[] panels;

  QuantizedPanels(QuantizedWeight weight) {
    outputs = weight.outputs();
    inputs = weight.inputs();
    panels = new Panel[(outputs + WIDTH - 1) / WIDTH];
    Threads.forEach(panels.length, p -> panels[p] = panel(weight, p * WIDTH));
  }

  private Panel panel(QuantizedWeight weight, int from) {
    Panel panel = Panel.zeros(weight.bits(), weight.run(), inputs);
    QuantizedRow row = QuantizedRow.of(inputs, weight.run());
    int bias = weight.bits() == 4 ? 0 : BIAS;
    for (int i = 0; i < Math.min(WIDTH, outputs - from); i++) {
      weight.read(from + i, row);
      panel.set(i, row.integers(), bias);
      for (int s = 0; s < row.scales().length; s++) {
        float scale = row.scales()[s];
        panel.scale(i, s, scale, row.offsets()[s] - bias * scale);
      }
    }
    return panel;
  }

  @Override
  public void multiply(Tensor x, Tensor out) {
    PackedMatrix.checkShapes(inputs, outputs, x, out);
    int rows = x.rows();
    int padded = (rows + QuantizedKernel.TILE - 1) / QuantizedKernel.TILE * QuantizedKernel.TILE;
    float[] a = Scratch.current().tile(1, padded * inputs);
    x.readRows(0, rows, a, 0);
    if (rows == 1) {
      QuantizedKernel.prepare(a, inputs, panels[0].bits());
    }
    int fitting = COLLECTED / (Math.max(1, padded) * WIDTH);
    int balanced = panels.length / (ITEMS * Threads.COUNT);
    int collected = Math.max(1, Math.min(fitting, balanced));
    Threads.forEach(
        (panels.length + collected - 1) / collected,
        item -> {
          int from = item * collected;
          int to = Math.min(panels.length, from + collected);
          float[] c = Scratch.current().tile(0, padded * (to - from) * WIDTH);
          chunk(a, rows, from, to, c, out);
        });
  }

  private void chunk(float[] a, int rows, int from, int to, float[] c, Tensor out) {
    int stride = (to - from) * WIDTH;
    for (int p = from; p < to; p++) {
      int at = (p - from) * WIDTH;
      if (rows == 1) {
        QuantizedKernel.multiply(a, inputs, panels[p], c, at);
      } else {
        QuantizedKernel.multiply(a, inputs, rows, panels[p], c, at, stride);
      }
    }
    int column = from * WIDTH;
    int count = Math.min(stride, outputs - column);
    for (int r = 0; r < rows; r++) {
      out.write(r, column, c, r * stride, count);
    }
  }
}
