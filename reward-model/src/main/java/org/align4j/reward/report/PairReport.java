package org.align4j.reward.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.data.DataException;
import org.align4j.core.objective.Logistic;
import org.align4j.core.refusal.Rate;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;

/**
 * A reward model on held-out preference pairs.
 *
 * @param accuracy share of pairs whose chosen completion scores higher
 * @param meanMargin mean difference of rewards
 * @param calibrationError expected calibration error of σ(margin), over ten bins of confidence (Guo
 *     et al. 2017, arXiv 1706.04599)
 * @param temperature T that makes σ(margin/T) the most likely, by maximum likelihood on these pairs
 * @param scaledCalibrationError the error with it
 * @param reliability the curve behind the error
 * @param lengthCorrelation Spearman's correlation of a completion's reward with its length, over
 *     all completions
 * @param accuracyWhenShorter accuracy where the chosen completion is the shorter one; a model that
 *     counts words fails here; null without such pairs
 */
public record PairReport(
    Rate accuracy,
    double meanMargin,
    double calibrationError,
    double temperature,
    double scaledCalibrationError,
    List<Bin> reliability,
    double lengthCorrelation,
    Rate accuracyWhenShorter) {
  private static final int BINS = 10;
  private static final double MIN_TEMPERATURE = 0.01;
  private static final double MAX_TEMPERATURE = 100;

  /**
   * A bin of the reliability curve.
   *
   * @param count number of pairs in it
   * @param confidence mean of max(p, 1-p) in it
   * @param accuracy share of pairs in it that are right
   */
  public record Bin(int count, double confidence, double accuracy) {}

  /**
   * Measures.
   *
   * @param chosen rewards of the preferred completions
   * @param rejected rewards of the others
   * @param chosenLengths lengths in any unit
   * @param rejectedLengths lengths in the same unit
   * @return the report
   */
  public static PairReport of(
      double[] chosen, double[] rejected, int[] chosenLengths, int[] rejectedLengths) {
    int n = chosen.length;
    if (n == 0) {
      throw new DataException("there are no pairs to measure on; give at least one");
    }
    double[] margins = IntStream.range(0, n).mapToDouble(i -> chosen[i] - rejected[i]).toArray();
    double mean = 0;
    int right = 0;
    int shorter = 0;
    int shorterRight = 0;
    for (int i = 0; i < n; i++) {
      mean += margins[i] / n;
      right += margins[i] > 0 ? 1 : 0;
      if (chosenLengths[i] < rejectedLengths[i]) {
        shorter++;
        shorterRight += margins[i] > 0 ? 1 : 0;
      }
    }
    double temperature = temperature(margins);
    List<Bin> curve = reliability(margins, 1);
    return new PairReport(
        Rate.of(right, n),
        mean,
        error(curve, n),
        temperature,
        error(reliability(margins, temperature), n),
        curve,
        lengthCorrelation(chosen, rejected, chosenLengths, rejectedLengths),
        shorter == 0 ? null : Rate.of(shorterRight, shorter));
  }

  private static double temperature(double[] margins) {
    UnivariateObjectiveFunction likelihood =
        new UnivariateObjectiveFunction(
            logTemperature -> {
              double sum = 0;
              for (double margin : margins) {
                sum -= Logistic.logSigmoid(margin / Math.exp(logTemperature));
              }
              return sum;
            });
    return Math.exp(
        new BrentOptimizer(1e-8, 1e-8)
            .optimize(
                new MaxEval(200),
                likelihood,
                GoalType.MINIMIZE,
                new SearchInterval(Math.log(MIN_TEMPERATURE), Math.log(MAX_TEMPERATURE)))
            .getPoint());
  }

  private static List<Bin> reliability(double[] margins, double temperature) {
    int[] counts = new int[BINS];
    double[] confidences = new double[BINS];
    int[] right = new int[BINS];
    for (double margin : margins) {
      double p = Logistic.sigmoid(margin / temperature);
      double confidence = Math.max(p, 1 - p);
      int bin = Math.min(BINS - 1, (int) ((confidence - 0.5) * 2 * BINS));
      counts[bin]++;
      confidences[bin] += confidence;
      right[bin] += margin > 0 ? 1 : 0;
    }
    List<Bin> out = new ArrayList<>(BINS);
    for (int b = 0; b < BINS; b++) {
      if (counts[b] > 0) {
        out.add(new Bin(counts[b], confidences[b] / counts[b], (double) right[b] / counts[b]));
      }
    }
    return out;
  }

  private static double error(List<Bin> curve, int n) {
    return curve.stream()
        .mapToDouble(bin -> (double) bin.count() / n * Math.abs(bin.confidence() - bin.accuracy()))
        .sum();
  }

  private static double lengthCorrelation(
      double[] chosen, double[] rejected, int[] chosenLengths, int[] rejectedLengths) {
    int n = chosen.length;
    double[] rewards = new double[2 * n];
    double[] lengths = new double[2 * n];
    for (int i = 0; i < n; i++) {
      rewards[i] = chosen[i];
      rewards[n + i] = rejected[i];
      lengths[i] = chosenLengths[i];
      lengths[n + i] = rejectedLengths[i];
    }
    return new SpearmansCorrelation().correlation(rewards, lengths);
  }
}
