package org.align4j.policy.backend.internal.vector;

import java.util.Arrays;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.QuantizedRow;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Threads;

/**
 * A weight on the heap in the integers of its file. Products with few rows are bound by the reading
 * of the weight; these read a fifth of what float32 takes, and get the same values out of it. For
 * several rows a panel is expanded to float32 in cache.
 */
final class QuantizedPanels implements PackedMatrix {
  private static final int WIDTH = QuantizedKernel.WIDTH;

  /** Results that a thread collects before it writes them, so that rows are written in pieces. */
  private static final int COLLECTED = 1 << 14;

  /** Work items per thread that even out what else the processors do. */
  private static final int ITEMS = 8;

  /** Inputs that are expanded at a time, whole blocks. */
  private static final int DEPTH = PackedPanels.DEPTH;

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
    if (x.rows() == 1) {
      oneRow(x, out);
    } else if (x.rows() > 1) {
      rows(x, out);
    }
  }

  private void oneRow(Tensor x, Tensor out) {
    float[] a = Scratch.current().tile(1, inputs + inputs / QuantizedKernel.BLOCK);
    x.readRow(0, a, 0);
    QuantizedKernel.prepare(a, inputs, bits);
    Threads.forEach(
        pieces.length,
        p -> {
          int first = firstPanel(p);
          int count = firstPanel(p + 1) - first;
          float[] c = Scratch.current().tile(0, count * WIDTH);
          for (int i = 0; i < count; i++) {
            QuantizedKernel.oneRow(a, pieces[p], i, c, i * WIDTH);
          }
          write(c, 1, count * WIDTH, out, first * WIDTH);
        });
  }

  private void rows(Tensor x, Tensor out) {
    RowTiles tiles = RowTiles.of(x.rows());
    float[] a = tiles.copy(x);
    int rows = tiles.padded();
    int collected = Math.max(1, COLLECTED / (rows * WIDTH));
    Threads.forEach(
        pieces.length,
        p -> {
          int first = firstPanel(p);
          int count = firstPanel(p + 1) - first;
          float[] c = Scratch.current().tile(0, rows * Math.min(collected, count) * WIDTH);
          for (int from = 0; from < count; from += collected) {
            int to = Math.min(count, from + collected);
            multiply(a, tiles, pieces[p], from, to, c);
            write(c, x.rows(), (to - from) * WIDTH, out, (first + from) * WIDTH);
          }
        });
  }

  /** C = A · some panels of a piece. */
  private void multiply(
      float[] a, RowTiles tiles, QuantizedPiece piece, int from, int to, float[] c) {
    int stride = (to - from) * WIDTH;
    Arrays.fill(c, 0, tiles.padded() * stride, 0);
    float[] panel = Scratch.current().tile(2, Math.min(DEPTH, inputs) * WIDTH);
    for (int p = from; p < to; p++) {
      for (int k = 0; k < inputs; k += DEPTH) {
        int depth = Math.min(DEPTH, inputs - k);
        QuantizedKernel.expand(piece, p, k, depth, panel);
        for (int t = 0; t < tiles.count(); t++) {
          int at = tiles.start(t) * inputs + k * tiles.rows(t);
          int target = tiles.start(t) * stride + (p - from) * WIDTH;
          PanelKernel.multiply(tiles.rows(t), a, at, depth, panel, 0, c, target, stride);
        }
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
