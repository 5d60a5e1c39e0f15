package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.ToDoubleFunction;

/** Random logits of a small vocabulary, and gradients against finite differences of them. */
final class LogitGradients {
  static final int VOCABULARY = 9;

  /** Logits are float32, so the step is wide and the tolerance follows from it. */
  private static final float STEP = 1e-2f;

  private static final double TOLERANCE = 2e-4;

  private LogitGradients() {}

  static float[] logits(long seed) {
    Random random = new Random(seed);
    float[] out = new float[VOCABULARY];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (2 * random.nextGaussian());
    }
    return out;
  }

  static void assertFiniteDifferences(
      float[] gradient, float[] logits, ToDoubleFunction<float[]> value) {
    for (int v = 0; v < VOCABULARY; v++) {
      float[] above = logits.clone();
      float[] below = logits.clone();
      above[v] += STEP;
      below[v] -= STEP;
      double difference =
          (value.applyAsDouble(above) - value.applyAsDouble(below)) / (above[v] - below[v]);
      assertThat((double) gradient[v])
          .as("gradient of token %d", v)
          .isCloseTo(difference, within(TOLERANCE));
    }
  }
}
