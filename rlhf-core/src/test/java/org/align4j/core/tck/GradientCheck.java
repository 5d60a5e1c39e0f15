package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleSupplier;

/** Compares closed-form gradients with central finite differences of the loss. */
public final class GradientCheck {
  /** Half the distance between the two points, in the unit of the inputs. */
  private static final double STEP = 1e-5;

  /** Of the larger of 1 and the gradient. */
  private static final double TOLERANCE = 1e-6;

  private GradientCheck() {}

  /**
   * Moves every input, one at a time, and compares the change of the loss with the gradient.
   *
   * @param loss reads {@code inputs}, whose values are restored afterwards
   * @param inputs what the loss is a function of, {@code [row][token]}
   * @param gradients d loss / d input, in the same shape
   */
  public static void check(DoubleSupplier loss, List<double[]> inputs, List<double[]> gradients) {
    assertThat(gradients).as("rows of the gradient").hasSameSizeAs(inputs);
    for (int i = 0; i < inputs.size(); i++) {
      assertThat(gradients.get(i)).as("gradient of row %d", i).hasSameSizeAs(inputs.get(i));
      for (int t = 0; t < inputs.get(i).length; t++) {
        double difference = centralDifference(loss, inputs.get(i), t);
        assertThat(gradients.get(i)[t])
            .as("gradient of row %d, token %d", i, t)
            .isCloseTo(difference, within(TOLERANCE * Math.max(1, Math.abs(difference))));
      }
    }
  }

  private static double centralDifference(DoubleSupplier loss, double[] row, int at) {
    double kept = row[at];
    row[at] = kept + STEP;
    double above = loss.getAsDouble();
    row[at] = kept - STEP;
    double below = loss.getAsDouble();
    row[at] = kept;
    return (above - below) / (2 * STEP);
  }
}
