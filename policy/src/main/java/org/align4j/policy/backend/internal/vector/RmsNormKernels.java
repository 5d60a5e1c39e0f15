package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** RMSNorm a row at a time. */
final class RmsNormKernels {
  private RmsNormKernels() {}

  static void forward(Tensor x, Tensor weight, float epsilon, Tensor out, Tensor inverseRms) {
    int n = x.columns();
    Threads.forRows(
        x.rows(),
        RowLoops.grainRows(x),
        (from, to) -> {
          Scratch scratch = Scratch.current();
          float[] a = scratch.tile(0, n);
          float[] w = scratch.tile(1, n);
          weight.readRow(0, w, 0);
          for (int r = from; r < to; r++) {
            x.readRow(r, a, 0);
            double squares = ElementwiseKernels.dot(a, a, n, scratch);
            float s = (float) (1 / Math.sqrt(squares / n + epsilon));
            int i = 0;
            for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
              FloatVector.fromArray(SPECIES, a, i)
                  .mul(s)
                  .mul(FloatVector.fromArray(SPECIES, w, i))
                  .intoArray(a, i);
            }
            for (; i < n; i++) {
              a[i] = a[i] * s * w[i];
            }
            out.writeRow(r, a, 0);
            inverseRms.set(r, 0, s);
          }
        });
  }

  static void backward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    int n = x.columns();
    Threads.forRows(
        x.rows(),
        RowLoops.grainRows(x),
        (from, to) -> {
          Scratch scratch = Scratch.current();
          float[] d = scratch.tile(0, n);
          float[] a = scratch.tile(1, n);
          float[] w = scratch.tile(2, n);
          float[] g = scratch.tile(3, n);
          weight.readRow(0, w, 0);
          for (int r = from; r < to; r++) {
            dOut.readRow(r, d, 0);
            x.readRow(r, a, 0);
            dX.readRow(r, g, 0);
            backwardRow(d, a, w, g, inverseRms.get(r, 0), n, scratch);
            dX.writeRow(r, g, 0);
          }
        });
    if (dWeight != null) {
      RowLoops.normWeightGradient(dOut, x, inverseRms, dWeight);
    }
  }

  /** g += d·w·s - a·s³·(Σ d·w·a)/n. */
  private static void backwardRow(
      float[] d, float[] a, float[] w, float[] g, float s, int n, Scratch scratch) {
    int bound = SPECIES.loopBound(n);
    for (int i = 0; i < bound; i += SPECIES.length()) {
      FloatVector.fromArray(SPECIES, d, i)
          .mul(FloatVector.fromArray(SPECIES, w, i))
          .intoArray(d, i);
    }
    for (int i = bound; i < n; i++) {
      d[i] *= w[i];
    }
    float correction = (float) (-ElementwiseKernels.dot(d, a, n, scratch) * s * s * s / n);
    for (int i = 0; i < bound; i += SPECIES.length()) {
      FloatVector.fromArray(SPECIES, d, i)
          .mul(s)
          .add(FloatVector.fromArray(SPECIES, g, i))
          .add(FloatVector.fromArray(SPECIES, a, i).mul(correction))
          .intoArray(g, i);
    }
    for (int i = bound; i < n; i++) {
      g[i] += d[i] * s + a[i] * correction;
    }
  }
}
