package org.align4j.policy.backend.internal.vector;

import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.QuantizedRow;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/**
 * A weight on the heap in the integers of its file. Products with few rows are bound by the reading
 * of the weight; these read a fifth of what float32 takes, and get the same values out of it.
 */
final class QuantizedPanels implements PackedMatrix {
  private static final int WIDTH = QuantizedKernel.WIDTH;

  /** Results that a thread collects before it writes them, so that rows are written in pieces. */
  private static final int COLLECTED = 1 << 14;

  /** Work items per thread that even out what else the processors do. */
  private static final int ITEMS = 8;

  private final int outputs;
  private final int inputs;
  private final int bits;
  private final int panels;
  private final QuantizedPiece[] pieces;

  QuantizedPanels(QuantizedWeight weight) {
    outputs = weight.outputs();
    inputs = weight.inputs();
    bits = weight.bits();
    panels = (outputs + WIDTH - 1) / WIDTH;
    pieces = new QuantizedPiece[Math.min(panels, ITEMS * Threads.COUNT)];
    Threads.forEach(pieces.length, p -> pieces[p] = piece(weight, p));
  }

  private QuantizedPiece piece(QuantizedWeight weight, int index) {
    int from = firstPanel(index);
    int count = firstPanel(index + 1) - from;
    QuantizedPiece piece = QuantizedPiece.zeros(bits, weight.run(), inputs, count);
    QuantizedRow row = QuantizedRow.of(inputs, weight.run());
    for (int i = 0; i < Math.min(count * WIDTH, outputs - from * WIDTH); i++) {
      weight.read(from * WIDTH + i, row);
      piece.store(i, row);
    }
    return piece;
  }

  private int firstPanel(int piece) {
    return (int) ((long) piece * panels / pieces.length);
  }

  @Override
  public void multiply(Tensor x, Tensor out) {
    PackedMatrix.checkShapes(inputs, outputs, x, out);
    int rows = x.rows();
    int padded = (rows + QuantizedKernel.TILE - 1) / QuantizedKernel.TILE * QuantizedKernel.TILE;
    float[] a = Scratch.current().tile(1, padded * inputs);
    x.readRows(0, rows, a, 0);
    if (rows == 1) {
      QuantizedKernel.prepare(a, inputs, bits);
    }
    int collected = Math.max(1, COLLECTED / (Math.max(1, padded) * WIDTH));
    Threads.forEach(
        pieces.length,
        p -> {
          int first = firstPanel(p);
          int count = firstPanel(p + 1) - first;
          float[] c = Scratch.current().tile(0, padded * Math.min(collected, count) * WIDTH);
          for (int from = 0; from < count; from += collected) {
            int to = Math.min(count, from + collected);
            multiply(a, rows, pieces[p], from, to, c);
            write(c, rows, (to - from) * WIDTH, out, (first + from) * WIDTH);
          }
        });
  }

  /** C = A · some panels of a piece. */
  private void multiply(float[] a, int rows, QuantizedPiece piece, int from, int to, float[] c) {
    int stride = (to - from) * WIDTH;
    for (int p = from; p < to; p++) {
      int at = (p - from) * WIDTH;
      if (rows == 1) {
        QuantizedKernel.oneRow(a, piece, p, c, at);
      } else {
        QuantizedKernel.multiply(a, rows, piece, p, c, at, stride);
      }
    }
  }

  private void write(float[] c, int rows, int stride, Tensor out, int column) {
    int columns = Math.min(stride, outputs - column);
    for (int r = 0; r < rows; r++) {
      out.write(r, column, c, r * stride, columns);
    }
  }
}
