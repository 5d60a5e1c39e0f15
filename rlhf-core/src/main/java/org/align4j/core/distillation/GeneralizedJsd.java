package org.align4j.core.distillation;

import java.util.Arrays;
import org.align4j.core.ConfigurationException;

/**
 * The generalised Jensen-Shannon divergence of GKD (Agarwal et al. 2023, arXiv 2306.13649, Eq. 1)
 * between teacher q and student p at a temperature: β·KL(q ‖ m) + (1-β)·KL(p ‖ m), m = β·q +
 * (1-β)·p; its limits are the forward KL(q ‖ p) at β = 0 and the reverse KL(p ‖ q) at β = 1. No
 * factor T². Values equal TRL's {@code DistillationTrainer} 1.16 to rounding.
 *
 * @param beta interpolation in [0, 1]
 * @param temperature what both logits are divided by, &gt; 0
 * @param topK compare only the teacher's so many likeliest tokens, both distributions renormalised
 *     over them; 0 = the whole vocabulary
 */
public record GeneralizedJsd(double beta, double temperature, int topK)
    implements VocabularyDivergence {

  /**
   * Checks ranges.
   *
   * @param beta interpolation in [0, 1]
   * @param temperature what both logits are divided by, &gt; 0
   * @param topK compare only the teacher's so many likeliest tokens, both distributions
   *     renormalised over them; 0 = the whole vocabulary
   */
  public GeneralizedJsd {
    if (!(beta >= 0 && beta <= 1)) {
      throw new ConfigurationException("beta must be in [0, 1], got " + beta);
    }
    if (!(temperature > 0)) {
      throw new ConfigurationException("temperature must be positive, got " + temperature);
    }
    if (topK < 0) {
      throw new ConfigurationException("top_k must not be negative, got " + topK);
    }
  }

  /** {@return KL(p ‖ q) over the whole vocabulary: the exact leash to a reference} */
  public static GeneralizedJsd reverseKl() {
    return new GeneralizedJsd(1, 1, 0);
  }

  @Override
  public double evaluate(float[] student, float[] teacher, float[] gradient) {
    if (topK == 0 || topK >= student.length) {
      return compare(student, teacher, gradient, Float.NEGATIVE_INFINITY);
    }
    float[] sorted = teacher.clone();
    Arrays.sort(sorted);
    return compare(student, teacher, gradient, sorted[sorted.length - topK]);
  }

  /** Over the tokens whose teacher logit is at least the floor. */
  private double compare(float[] student, float[] teacher, float[] gradient, float floor) {
    Distribution p = distribution(student, teacher, floor);
    Distribution q = distribution(teacher, teacher, floor);
    double value = 0;
    double meanSlope = 0;
    double[] slopes = new double[student.length];
    for (int v = 0; v < student.length; v++) {
      double logP = student[v] / temperature - p.logSum;
      double logQ = teacher[v] / temperature - q.logSum;
      if (beta == 0) {
        value += term(q.values[v], logQ - logP);
      } else if (beta == 1) {
        value += term(p.values[v], logP - logQ);
        slopes[v] = logP - logQ;
      } else {
        double m = beta * q.values[v] + (1 - beta) * p.values[v];
        // Where both underflow, neither the value nor the gradient has a share.
        double logM = m > 0 ? Math.log(m) : 0;
        value +=
            beta * term(q.values[v], logQ - logM) + (1 - beta) * term(p.values[v], logP - logM);
        slopes[v] = (1 - beta) * (logP - logM);
      }
      meanSlope += term(p.values[v], slopes[v]);
    }
    for (int v = 0; v < student.length; v++) {
      double slope =
          beta == 0 ? p.values[v] - q.values[v] : term(p.values[v], slopes[v] - meanSlope);
      gradient[v] = (float) (slope / temperature);
    }
    return value;
  }

  private static double term(double probability, double factor) {
    return probability == 0 ? 0 : probability * factor;
  }

  /** Probabilities, zero below the floor, and the log of their normaliser. */
  private record Distribution(double[] values, double logSum) {}

  private Distribution distribution(float[] logits, float[] teacher, float floor) {
    double max = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < logits.length; v++) {
      if (teacher[v] >= floor) {
        max = Math.max(max, logits[v] / temperature);
      }
    }
    double[] values = new double[logits.length];
    double sum = 0;
    for (int v = 0; v < logits.length; v++) {
      if (teacher[v] >= floor) {
        values[v] = Math.exp(logits[v] / temperature - max);
        sum += values[v];
      }
    }
    for (int v = 0; v < logits.length; v++) {
      values[v] /= sum;
    }
    return new Distribution(values, max + Math.log(sum));
  }
}
