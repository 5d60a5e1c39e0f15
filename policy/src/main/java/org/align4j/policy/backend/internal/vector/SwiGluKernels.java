package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** silu(gate) · up and its gradients, one pass over memory each. */
final class SwiGluKernels {
  private SwiGluKernels() {}

  static void forward(Tensor gate, Tensor up, Tensor out) {
    int n = gate.columns();
    Threads.forRows(
        gate.rows(),
        grain(gate),
        (from, to) -> {
          float[] g = Scratch.current().tile(0, n);
          float[] u = Scratch.current().tile(1, n);
          for (int r = from; r < to; r++) {
            gate.readRow(r, g, 0);
            up.readRow(r, u, 0);
            forwardRow(g, u, n);
            out.writeRow(r, u, 0);
          }
        });
  }

  private static void forwardRow(float[] g, float[] u, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      FloatVector gate = FloatVector.fromArray(SPECIES, g, i);
      FloatVector denominator = Lanes.exp(gate.neg()).add(1f);
      gate.div(denominator).mul(FloatVector.fromArray(SPECIES, u, i)).intoArray(u, i);
    }
    for (; i < n; i++) {
      u[i] *= g[i] / (1 + (float) Math.exp(-g[i]));
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
          for (int r = from; r < to; r++) {
            dOut.readRow(r, d, 0);
            gate.readRow(r, g, 0);
            up.readRow(r, u, 0);
            backwardRow(d, g, u, n);
            dGate.writeRow(r, g, 0);
            dUp.writeRow(r, u, 0);
          }
        });
  }

  /** Replaces g by dGate and u by dUp. */
  private static void backwardRow(float[] d, float[] g, float[] u, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      FloatVector gate = FloatVector.fromArray(SPECIES, g, i);
      FloatVector dOut = FloatVector.fromArray(SPECIES, d, i);
      FloatVector one = FloatVector.broadcast(SPECIES, 1f);
      FloatVector sigmoid = one.div(Lanes.exp(gate.neg()).add(1f));
      FloatVector slope = sigmoid.mul(one.add(gate.mul(one.sub(sigmoid))));
      FloatVector dGate = dOut.mul(FloatVector.fromArray(SPECIES, u, i)).mul(slope);
      dOut.mul(gate).mul(sigmoid).intoArray(u, i);
      dGate.intoArray(g, i);
    }
    for (; i < n; i++) {
      float sigmoid = 1 / (1 + (float) Math.exp(-g[i]));
      float dGate = d[i] * u[i] * sigmoid * (1 + g[i] * (1 - sigmoid));
      u[i] = d[i] * g[i] * sigmoid;
      g[i] = dGate;
    }
  }

  /** Exponentials make an element worth several of the plain ones. */
  private static int grain(Tensor x) {
    return Math.max(1, RowLoops.grainRows(x) / 4);
  }
}
