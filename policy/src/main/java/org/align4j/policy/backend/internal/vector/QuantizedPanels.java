package org.align4j.policy.backend.internal.vector;

import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.QuantizedRow;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/**
 * A weight on the heap in the integers of its file. Products with few rows are bound by the reading
 * of the weight; these read a fifth of what float32 takes, and get the same values out of it. One
 * row is multiplied by integers in registers; for several rows a panel is expanded in cache.
 */
final class QuantizedPanels implements PackedMatrix, Panels {
  private static final int WIDTH = QuantizedKernel.WIDTH;

  /** Work items per thread that even out what else the processors do. */
  private static final int ITEMS = 8;

  private final int outputs;
  private final int inputs;
  private final int bits;
  private final QuantizedPiece[] pieces;
  private final PanelProduct rows;

  QuantizedPanels(QuantizedWeight weight) {
    outputs = weight.outputs();
    inputs = weight.inputs();
    bits = weight.bits();
    pieces = new QuantizedPiece[Math.min(count(), ITEMS * Threads.COUNT)];
    Threads.forEach(pieces.length, p -> pieces[p] = piece(weight, p));
    rows = new PanelProduct(this);
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
    return (int) ((long) piece * count() / pieces.length);
  }

  @Override
  public int outputs() {
    return outputs;
  }

  @Override
  public int inputs() {
    return inputs;
  }

  @Override
  public float[] read(int panel, int from, int count, float[] scratch) {
    // The piece that the panel is in: the last one that does not begin behind it.
    int piece = (int) (((panel + 1L) * pieces.length - 1) / count());
    QuantizedKernel.expand(pieces[piece], panel - firstPanel(piece), from, count, scratch);
    return scratch;
  }

  @Override
  public void multiply(Tensor x, Tensor out) {
    PackedMatrix.checkShapes(inputs, outputs, x, out);
    if (x.rows() == 1) {
      oneRow(x, out);
    } else {
      rows.multiply(x, out);
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
          int column = first * WIDTH;
          out.write(0, column, c, 0, Math.min(count * WIDTH, outputs - column));
        });
  }
}
