package org.align4j.reward.gate;

import java.util.Arrays;
import java.util.List;

/**
 * Linear functions of a block's input that tell the end of a prompt from other places. A block has
 * no biases: what is constant must be read off the input.
 *
 * @param one is 1 at the end, anything at other places
 * @param end is 1 at the end and 0 at other places
 */
record EndDetector(double[] one, double[] end) {
  /** Of the mean square of a feature: the states lie in fewer dimensions than they have. */
  private static final double PENALTY = 1e-5;

  /** Of all places together; the ends have 1. */
  private static final double ELSEWHERE_WEIGHT = 0.2;

  /** What a function must stay below where no prompt ends. */
  private static final double MARGIN = 1;

  /** The sampled places are not all. */
  private static final double RESERVE = 2;

  static EndDetector fit(EndStates states) {
    int ends = states.last().length;
    int others = states.elsewhere().length;
    double[][] rows = new double[ends + others][];
    double[] targets = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      double[] state = i < ends ? states.last()[i] : states.elsewhere()[i - ends];
      double root = Math.sqrt(i < ends ? 1.0 / ends : ELSEWHERE_WEIGHT / others);
      rows[i] = Vectors.scaled(root, state);
      targets[i] = i < ends ? root : 0;
    }
    return new EndDetector(one(states.last()), reading(rows, targets));
  }

  /** A linear function that is 1 at all of some states. */
  static double[] one(double[][] states) {
    double[] ones = new double[states.length];
    Arrays.fill(ones, 1);
    return reading(states, ones);
  }

  /**
   * The linear function of some states that is closest to given numbers. There is no constant: as
   * the difference of a large one and of a function of the states it would be read less exactly.
   */
  static double[] reading(double[][] states, double[] numbers) {
    return readings(states, List.of(numbers)).get(0);
  }

  /** The same for several lists of numbers. */
  static List<double[]> readings(double[][] states, List<double[]> numbers) {
    return LinearProbe.ridge(states, numbers, penalty(states));
  }

  private static double penalty(double[][] rows) {
    double squares = Arrays.stream(rows).mapToDouble(row -> Vectors.dot(row, row)).sum();
    return PENALTY * squares / rows[0].length;
  }

  /** A function plus a constant, at the end of prompts. */
  double[] plus(double[] function, double constant) {
    return Vectors.sum(function, Vectors.scaled(constant, one));
  }

  /**
   * A function that is about the given one at the end of prompts and negative at other places.
   *
   * @param states places that it is made negative at
   */
  double[] atEnd(double[] function, EndStates states) {
    double[] elsewhere = Vectors.sum(end, Vectors.scaled(-1, one));
    double needed = 0;
    for (double[] state : states.elsewhere()) {
      // Where the detector is unsure it must not ask for a slope without bound.
      double distance = Math.max(0.5, -Vectors.dot(elsewhere, state));
      needed = Math.max(needed, (Vectors.dot(function, state) + MARGIN) / distance);
    }
    return Vectors.sum(function, Vectors.scaled(RESERVE * needed, elsewhere));
  }
}
