package org.align4j.reward.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearReadingTest {
  private final Random random = new Random(1);
  private final double[][] states = new double[400][];
  private final double[] numbers = new double[400];

  /** Numbers of mean 3 that are written along the second place, beside noise. */
  LinearReadingTest() {
    for (int i = 0; i < states.length; i++) {
      numbers[i] = 3 + random.nextGaussian();
      states[i] = new double[] {random.nextGaussian(), 0.1 * numbers[i] - 2, 1};
    }
  }

  private double worst(double[] direction, double constant) {
    double worst = 0;
    for (int i = 0; i < states.length; i++) {
      double read = Vectors.dot(direction, states[i]) + constant;
      worst = Math.max(worst, Math.abs(read - numbers[i]));
    }
    return worst;
  }

  @Test
  void aNumberIsReadAlongItsDirection() {
    LinearReading reading = LinearReading.along(new double[] {0, 1, 0}, states, numbers);
    assertThat(worst(reading.direction(), reading.constant())).isCloseTo(0, within(1e-9));
  }

  /** The constant is in the states. */
  @Test
  void aNumberIsReadOffTheWholeInput() {
    assertThat(worst(EndDetector.reading(states, numbers), 0)).isLessThan(0.05);
  }
}
