package org.align4j.core.objective;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.align4j.core.objective.PairBatch.Sides;

/**
 * Alignment by optimal transport (Melnyk et al. 2024, arXiv 2406.05882): the i-th smallest value of
 * one side is compared with the i-th smallest of the other, so a gradient lands on the pair that a
 * sorted value came from. The sort spans the step.
 */
final class SortedLosses {
  private SortedLosses() {}

  /** Policy log-ratios chosen/rejected against the reference's, each sorted. */
  static LossTerms paired(PairBatch batch, DpoObjective settings, PairCounts counts) {
    int n = batch.size();
    double[] policy = margins(batch.logps());
    double[] reference = margins(batch.references());
    int[] policyOrder = order(policy);
    int[] referenceOrder = order(reference);
    Sides gradient = Sides.zeros(n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      int at = policyOrder[i];
      double delta = policy[at] - reference[referenceOrder[i]];
      double weight = batch.weights()[i];
      sum += weight * value(delta, settings);
      double slope = weight * slope(delta, settings);
      gradient.chosen()[at] += slope;
      gradient.rejected()[at] -= slope;
    }
    return new LossTerms(sum, Sides.zeros(n), gradient, 0);
  }

  /** Log-ratios of the chosen side against those of the rejected side, each sorted. */
  static LossTerms unpaired(PairBatch batch, DpoObjective settings, PairCounts counts) {
    int n = batch.size();
    Sides ratios = batch.ratios();
    int[] chosenOrder = order(ratios.chosen());
    int[] rejectedOrder = order(ratios.rejected());
    Sides gradient = Sides.zeros(n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double delta = ratios.chosen()[chosenOrder[i]] - ratios.rejected()[rejectedOrder[i]];
      double weight = batch.weights()[i];
      sum += weight * value(delta, settings);
      double slope = weight * slope(delta, settings);
      gradient.chosen()[chosenOrder[i]] += slope;
      gradient.rejected()[rejectedOrder[i]] -= slope;
    }
    return new LossTerms(sum, Sides.zeros(n), gradient, 0);
  }

  private static double value(double delta, DpoObjective settings) {
    double x = settings.beta() * delta;
    double epsilon = settings.labelSmoothing();
    return -Logistic.logSigmoid(x) * (1 - epsilon) - Logistic.logSigmoid(-x) * epsilon;
  }

  private static double slope(double delta, DpoObjective settings) {
    double x = settings.beta() * delta;
    double epsilon = settings.labelSmoothing();
    return settings.beta()
        * (-Logistic.sigmoid(-x) * (1 - epsilon) + Logistic.sigmoid(x) * epsilon);
  }

  private static double[] margins(Sides sides) {
    double[] out = new double[sides.chosen().length];
    for (int i = 0; i < out.length; i++) {
      out[i] = sides.chosen()[i] - sides.rejected()[i];
    }
    return out;
  }

  private static int[] order(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
