package org.align4j.policy.backend.internal.vector;

import java.util.function.IntConsumer;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.PlainTiles;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** A weight in memory, read panel by panel while it is packed. */
final class PanelSource {
  private static final int WIDTH = PanelKernel.WIDTH;

  private final Tensor weight;
  private final boolean transposed;

  private PanelSource(Tensor weight, boolean transposed) {
    this.weight = weight;
    this.transposed = transposed;
  }

  /** W [outputs, inputs]. */
  static PanelSource of(Tensor weight) {
    return new PanelSource(weight, false);
  }

  /** W [inputs, outputs]. */
  static PanelSource ofTransposed(Tensor weight) {
    return new PanelSource(weight, true);
  }

  int outputs() {
    return transposed ? weight.columns() : weight.rows();
  }

  int inputs() {
    return transposed ? weight.rows() : weight.columns();
  }

  int panels() {
    return PanelKernel.panels(outputs());
  }

  /** Handles every panel, several at a time. */
  void forEach(IntConsumer body) {
    Threads.forEach(panels(), body);
  }

  /**
   * Copies a panel, input by input; outputs that are not there stay what they are in {@code target}
   * or become zero.
   */
  void copy(int panel, float[] target) {
    int from = panel * WIDTH;
    int count = Math.min(WIDTH, outputs() - from);
    if (transposed) {
      for (int p = 0; p < inputs(); p++) {
        weight.read(p, from, target, p * WIDTH, count);
      }
    } else {
      float[] rows = Scratch.current().tile(0, count * inputs());
      weight.readRows(from, count, rows, 0);
      PlainTiles.transpose(rows, count, inputs(), inputs(), target, WIDTH);
    }
  }
}
