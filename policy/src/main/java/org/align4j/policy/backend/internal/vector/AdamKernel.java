package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import org.align4j.policy.backend.AdamStep;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** AdamW, all four arrays in one pass. */
final class AdamKernel {
  private AdamKernel() {}

  static void step(Tensor weight, Tensor gradient, Tensor first, Tensor second, AdamStep step) {
    int n = weight.columns();
    Threads.forRows(
        weight.rows(),
        RowLoops.grainRows(weight),
        (from, to) -> {
          Scratch scratch = Scratch.current();
          float[] w = scratch.tile(0, n);
          float[] g = scratch.tile(1, n);
          float[] m = scratch.tile(2, n);
          float[] v = scratch.tile(3, n);
          for (int r = from; r < to; r++) {
            weight.readRow(r, w, 0);
            gradient.readRow(r, g, 0);
            first.readRow(r, m, 0);
            second.readRow(r, v, 0);
            row(w, g, m, v, n, step);
            weight.writeRow(r, w, 0);
            first.writeRow(r, m, 0);
            second.writeRow(r, v, 0);
          }
        });
  }

  private static void row(float[] w, float[] g, float[] m, float[] v, int n, AdamStep step) {
    float beta1 = (float) step.beta1();
    float beta2 = (float) step.beta2();
    float rest1 = (float) (1 - step.beta1());
    float rest2 = (float) (1 - step.beta2());
    float rate = step.correctedRate();
    float rootCorrection = step.inverseRootCorrection();
    float epsilon = (float) step.epsilon();
    float keep = (float) (1 - step.learningRate() * step.weightDecay());
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, i);
      FloatVector moment = FloatVector.fromArray(SPECIES, m, i).mul(beta1).add(gradient.mul(rest1));
      FloatVector square =
          FloatVector.fromArray(SPECIES, v, i).mul(beta2).add(gradient.mul(gradient).mul(rest2));
      moment.intoArray(m, i);
      square.intoArray(v, i);
      FloatVector denominator = square.sqrt().mul(rootCorrection).add(epsilon);
      FloatVector.fromArray(SPECIES, w, i)
          .mul(keep)
          .sub(moment.mul(rate).div(denominator))
          .intoArray(w, i);
    }
    for (; i < n; i++) {
      m[i] = beta1 * m[i] + rest1 * g[i];
      v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
      float denominator = (float) Math.sqrt(v[i]) * rootCorrection + epsilon;
      w[i] = w[i] * keep - rate * m[i] / denominator;
    }
  }
}
