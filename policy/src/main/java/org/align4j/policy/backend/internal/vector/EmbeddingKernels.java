package org.align4j.policy.backend.internal.vector;

import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** Rows by id. Gathered by one thread: a few hundred short copies are not worth a hand-over. */
final class EmbeddingKernels {
  private EmbeddingKernels() {}

  static void gather(Tensor table, int[] ids, Tensor out) {
    float[] row = Scratch.current().tile(0, table.columns());
    for (int r = 0; r < ids.length; r++) {
      table.readRow(ids[r], row, 0);
      out.writeRow(r, row, 0);
    }
  }

  /** By all threads where it is worth it: matrices of activations go this way. */
  static void scatter(Tensor rows, int[] ids, Tensor table) {
    Threads.forRows(
        ids.length,
        RowLoops.grainRows(rows),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            if (ids[r] >= 0) {
              table.copyRow(ids[r], rows, r, 0);
            }
          }
        });
  }

  static void scatterAdd(Tensor rows, int[] ids, Tensor table) {
    int n = table.columns();
    float[] a = Scratch.current().tile(0, n);
    float[] b = Scratch.current().tile(1, n);
    for (int r = 0; r < ids.length; r++) {
      rows.readRow(r, a, 0);
      table.readRow(ids[r], b, 0);
      ElementwiseKernels.addInto(a, b, n);
      table.writeRow(ids[r], b, 0);
    }
  }
}
