package org.align4j.policy.backend.internal.portable;

import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** RMSNorm a row at a time. */
final class NormLoops {
  private NormLoops() {}

  static void forward(Tensor x, Tensor weight, float epsilon, Tensor out, Tensor inverseRms) {
    int n = x.columns();
    Threads.forRows(
        x.rows(),
        RowLoops.grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          float[] w = Scratch.current().tile(1, n);
          weight.readRow(0, w, 0);
          for (int r = from; r < to; r++) {
            x.readRow(r, a, 0);
            float s = (float) (1 / Math.sqrt(Reductions.dot(a, 0, a, 0, n) / n + epsilon));
            normalise(a, w, s, n);
            out.writeRow(r, a, 0);
            inverseRms.set(r, 0, s);
          }
        });
  }

  private static void normalise(float[] a, float[] w, float s, int n) {
    for (int j = 0; j < n; j++) {
      a[j] = a[j] * s * w[j];
    }
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
            backwardRow(d, a, w, g, inverseRms.get(r, 0), n);
            dX.writeRow(r, g, 0);
          }
        });
    if (dWeight != null) {
      RowLoops.normWeightGradient(dOut, x, inverseRms, dWeight);
    }
  }

  /** g += d·w·s - a·s³·(Σ d·w·a)/n. */
  private static void backwardRow(float[] d, float[] a, float[] w, float[] g, float s, int n) {
    for (int j = 0; j < n; j++) {
      d[j] *= w[j];
    }
    float correction = (float) (-Reductions.dot(d, 0, a, 0, n) * s * s * s / n);
    for (int j = 0; j < n; j++) {
      g[j] += d[j] * s + a[j] * correction;
    }
  }
}
