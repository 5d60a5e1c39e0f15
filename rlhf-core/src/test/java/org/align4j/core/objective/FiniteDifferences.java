package org.align4j.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;

/** Compares closed-form gradients with central differences. */
public final class FiniteDifferences {
  private static final double STEP = 1e-5;

  private FiniteDifferences() {}

  /** Moves every input and looks at the loss. */
  public static void check(DoubleSupplier loss, List<double[]> inputs, List<double[]> gradients) {
    for (int i = 0; i < inputs.size(); i++) {
      double[] row = inputs.get(i);
      for (int t = 0; t < row.length; t++) {
        double kept = row[t];
        row[t] = kept + STEP;
        double above = loss.getAsDouble();
        row[t] = kept - STEP;
        double below = loss.getAsDouble();
        row[t] = kept;
        assertThat(gradients.get(i)[t])
            .as("row %d, token %d", i, t)
            .isCloseTo((above - below) / (2 * STEP), within(1e-6));
      }
    }
  }

  /** Ragged rows between two bounds. */
  public static List<double[]> rows(Random random, int[] lengths, double low, double high) {
    List<double[]> out = new ArrayList<>(lengths.length);
    for (int length : lengths) {
      out.add(random.doubles(length, low, high).toArray());
    }
    return out;
  }
}
