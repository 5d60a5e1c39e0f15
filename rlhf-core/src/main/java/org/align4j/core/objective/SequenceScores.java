package org.align4j.core.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One number a completion, from which a gradient spreads back over its tokens.
 *
 * @param values sums or means of log-probs
 * @param lengths tokens of each completion
 * @param mean whether the values are means
 */
record SequenceScores(double[] values, int[] lengths, boolean mean) {

  static SequenceScores of(List<double[]> logProbs, boolean mean) {
    int[] lengths = logProbs.stream().mapToInt(row -> row.length).toArray();
    double[] values = new double[lengths.length];
    for (int i = 0; i < values.length; i++) {
      double sum = Arrays.stream(logProbs.get(i)).sum();
      values[i] = mean ? sum / lengths[i] : sum;
    }
    return new SequenceScores(values, lengths, mean);
  }

  /**
   * Gradients of the tokens.
   *
   * @param dValues d loss / d value
   * @param dToken d loss that falls on every token alike
   */
  List<double[]> tokenGradients(double[] dValues, double dToken) {
    List<double[]> out = new ArrayList<>(lengths.length);
    for (int i = 0; i < lengths.length; i++) {
      double[] row = new double[lengths[i]];
      Arrays.fill(row, (mean ? dValues[i] / lengths[i] : dValues[i]) + dToken);
      out.add(row);
    }
    return out;
  }
}
