package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** Rotary position embedding, all heads of a row at once. */
final class RotaryKernel {
  private RotaryKernel() {}

  static void rotate(Tensor x, int headDim, int[] positions, RotaryTable table, boolean inverse) {
    int n = x.columns();
    int half = headDim / 2;
    float sign = inverse ? -1 : 1;
    Threads.forRows(
        x.rows(),
        RowLoops.grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          for (int r = from; r < to; r++) {
            x.readRow(r, a, 0);
            for (int head = 0; head < n; head += headDim) {
              rotateHead(a, head, half, table, positions[r] * half, sign);
            }
            x.writeRow(r, a, 0);
          }
        });
  }

  private static void rotateHead(
      float[] a, int head, int half, RotaryTable table, int at, float sign) {
    int i = 0;
    for (; i < SPECIES.loopBound(half); i += SPECIES.length()) {
      FloatVector cos = FloatVector.fromArray(SPECIES, table.cos(), at + i);
      FloatVector sin = FloatVector.fromArray(SPECIES, table.sin(), at + i).mul(sign);
      FloatVector first = FloatVector.fromArray(SPECIES, a, head + i);
      FloatVector second = FloatVector.fromArray(SPECIES, a, head + half + i);
      first.mul(cos).sub(second.mul(sin)).intoArray(a, head + i);
      second.mul(cos).add(first.mul(sin)).intoArray(a, head + half + i);
    }
    for (; i < half; i++) {
      float cos = table.cos()[at + i];
      float sin = sign * table.sin()[at + i];
      float first = a[head + i];
      float second = a[head + half + i];
      a[head + i] = first * cos - second * sin;
      a[head + half + i] = second * cos + first * sin;
    }
  }
}
