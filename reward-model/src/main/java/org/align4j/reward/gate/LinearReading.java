package org.align4j.reward.gate;

import java.util.Arrays;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * Reads a number that an earlier block wrote, as a linear function of a block's input.
 *
 * @param direction weights of the block's input
 * @param constant to be added
 */
record LinearReading(double[] direction, double constant) {
  /**
   * Fits a scale and a constant to known numbers.
   *
   * @param direction along which they were written
   */
  static LinearReading along(double[] direction, double[][] states, double[] numbers) {
    SimpleRegression line = new SimpleRegression();
    double[] read = Arrays.stream(states).mapToDouble(s -> Vectors.dot(direction, s)).toArray();
    for (int i = 0; i < numbers.length; i++) {
      line.addData(numbers[i], read[i]);
    }
    double slope = line.getSlope();
    return new LinearReading(Vectors.scaled(1 / slope, direction), -line.getIntercept() / slope);
  }
}
