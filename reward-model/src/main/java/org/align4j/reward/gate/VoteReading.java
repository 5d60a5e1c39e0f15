package org.align4j.reward.gate;

import java.util.Arrays;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * Reads how many votes an earlier layer cast.
 *
 * @param direction weights of the block's input
 * @param constant to be added
 */
record VoteReading(double[] direction, double constant) {

  /**
   * Fits a scale and a constant to known votes.
   *
   * @param direction along which the votes were written
   */
  static VoteReading fit(double[] direction, double[][] states, double[] votes) {
    SimpleRegression line = new SimpleRegression();
    double[] read = Arrays.stream(states).mapToDouble(s -> Vectors.dot(direction, s)).toArray();
    for (int i = 0; i < votes.length; i++) {
      line.addData(votes[i], read[i]);
    }
    double slope = line.getSlope();
    return new VoteReading(Vectors.scaled(1 / slope, direction), -line.getIntercept() / slope);
  }
}
