package org.align4j.policy.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.Parameter;

/**
 * Compares the gradients of a network's weights with central finite differences: for every
 * parameter, the derivative along a random direction, which every one of its elements takes part
 * in.
 */
public final class WeightCheck {
  /** Of a matrix of few elements; more elements are moved less each. */
  private static final double STEP = 2e-3;

  /** Of the derivative; the network computes in float32. */
  private static final double TOLERANCE = 0.02;

  /** Derivatives below it are compared by their absolute difference. */
  private static final double SMALLEST_SCALE = 0.5;

  private WeightCheck() {}

  /**
   * Checks the gradients that the parameters hold.
   *
   * @param loss computes the loss from the weights as they are; it may not change the gradients.
   *     Weights are moved and put back
   * @param parameters with the gradients of that loss
   */
  public static void check(DoubleSupplier loss, List<Parameter> parameters) {
    assertThat(parameters).as("parameters").isNotEmpty();
    Random random = new Random(9);
    for (Parameter parameter : parameters) {
      Tensor value = parameter.value();
      float[] kept = value.toArray();
      float[] gradient = parameter.gradient().toArray();
      double[] direction = random.doubles(kept.length, -1, 1).toArray();
      double predicted = 0;
      for (int i = 0; i < kept.length; i++) {
        predicted += gradient[i] * direction[i];
      }
      double step = STEP / Math.sqrt(kept.length / 16.0 + 1);
      move(value, kept, direction, step);
      double above = loss.getAsDouble();
      move(value, kept, direction, -step);
      double below = loss.getAsDouble();
      move(value, kept, direction, 0);
      double measured = (above - below) / (2 * step);
      double scale = Math.max(SMALLEST_SCALE, Math.abs(measured));
      assertThat(predicted)
          .as("derivative of %s", parameter.name())
          .isCloseTo(measured, within(TOLERANCE * scale));
    }
  }

  private static void move(Tensor value, float[] from, double[] direction, double step) {
    for (int r = 0; r < value.rows(); r++) {
      for (int j = 0; j < value.columns(); j++) {
        int i = r * value.columns() + j;
        value.set(r, j, (float) (from[i] + step * direction[i]));
      }
    }
  }
}
