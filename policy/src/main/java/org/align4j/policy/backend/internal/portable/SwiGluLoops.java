package org.align4j.policy.backend.internal.portable;

import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** silu(gate) · up and its gradients. */
final class SwiGluLoops {
  private SwiGluLoops() {}

  static void forward(Tensor gate, Tensor up, Tensor out) {
    int n = gate.columns();
    Threads.forRows(
        gate.rows(),
        grain(gate),
        (from, to) -> {
          Scratch scratch = Scratch.current();
          float[] g = scratch.tile(0, n);
          float[] u = scratch.tile(1, n);
          float[] e = scratch.tile(2, n);
          float[] powers = scratch.tile(3, n);
          for (int r = from; r < to; r++) {
            gate.readRow(r, g, 0);
            gate.readRow(r, e, 0);
            up.readRow(r, u, 0);
            Exponential.of(e, 0, n, -1, 0, powers);
            forwardRow(g, u, e, n);
            out.writeRow(r, u, 0);
          }
        });
  }

  /** u = u · g · σ(g), with e = exp(-g). */
  private static void forwardRow(float[] g, float[] u, float[] e, int n) {
    for (int j = 0; j < n; j++) {
      u[j] = g[j] / (1 + e[j]) * u[j];
    }
  }

  static void backward(Tensor dOut, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    int n = gate.columns();
    Threads.forRows(
        gate.rows(),
        grain(gate),
        (from, to) -> {
          Scratch scratch = Scratch.current();
          float[] d = scratch.tile(0, n);
          float[] g = scratch.tile(1, n);
          float[] u = scratch.tile(2, n);
          float[] e = scratch.tile(3, n);
          float[] powers = scratch.tile(4, n);
          for (int r = from; r < to; r++) {
            dOut.readRow(r, d, 0);
            gate.readRow(r, g, 0);
            gate.readRow(r, e, 0);
            up.readRow(r, u, 0);
            Exponential.of(e, 0, n, -1, 0, powers);
            gateGradient(d, g, u, e, n);
            upGradient(d, g, e, n);
            dGate.writeRow(r, u, 0);
            dUp.writeRow(r, d, 0);
          }
        });
  }

  /** Replaces u by dGate and e by σ(g). */
  private static void gateGradient(float[] d, float[] g, float[] u, float[] e, int n) {
    for (int j = 0; j < n; j++) {
      e[j] = 1 / (1 + e[j]);
    }
    for (int j = 0; j < n; j++) {
      u[j] = d[j] * u[j] * e[j] * (1 + g[j] * (1 - e[j]));
    }
  }

  /** Replaces d by dUp, with σ(g). */
  private static void upGradient(float[] d, float[] g, float[] sigmoid, int n) {
    for (int j = 0; j < n; j++) {
      d[j] = d[j] * g[j] * sigmoid[j];
    }
  }

  /** Exponentials make an element worth several of the plain ones. */
  private static int grain(Tensor x) {
    return Math.max(1, RowLoops.grainRows(x) / 4);
  }
}
