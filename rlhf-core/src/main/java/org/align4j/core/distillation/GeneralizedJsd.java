package org.align4j.core.distillation;

import java.util.Arrays;

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

  /** Checks ranges. */
  public GeneralizedJsd {
    if (!(beta >= 0 && beta <= 1)) {
      throw new IllegalArgumentException("beta must be in [0, 1], got " + beta);
    }
    if (!(temperature > 0)) {
      throw new IllegalArgumentException("temperature must be positive, got " + temperature);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top_k must not be negative, got " + topK);
    }
  }

  /** KL(p ‖ q) over the whole vocabulary: the exact leash to a reference. */
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
    double studentLog = logSumExp(student, teacher, floor);
    double teacherLog = logSumExp(teacher, teacher, floor);
    double value = 0;
    double meanSlope = 0;
    for (int v = 0; v < student.length; v++) {
      if (teacher[v] >= floor) {
        double logP = student[v] / temperature - studentLog;
        double logQ = teacher[v] / temperature - teacherLog;
        value += value(logP, logQ);
        meanSlope += Math.exp(logP) * slope(logP, logQ);
      }
    }
    for (int v = 0; v < student.length; v++) {
      if (teacher[v] < floor) {
        gradient[v] = 0;
      } else {
        double logP = student[v] / temperature - studentLog;
        double logQ = teacher[v] / temperature - teacherLog;
        gradient[v] =
            (float)
                ((beta == 0
                        ? Math.exp(logP) - Math.exp(logQ)
                        : Math.exp(logP) * (slope(logP, logQ) - meanSlope))
                    / temperature);
      }
    }
    return value;
  }

  private double logSumExp(float[] logits, float[] teacher, float floor) {
    double max = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < logits.length; v++) {
      if (teacher[v] >= floor) {
        max = Math.max(max, logits[v] / temperature);
      }
    }
    double sum = 0;
    for (int v = 0; v < logits.length; v++) {
      if (teacher[v] >= floor) {
        sum += Math.exp(logits[v] / temperature - max);
      }
    }
    return max + Math.log(sum);
  }

  /** A token's share of the divergence. */
  private double value(double logP, double logQ) {
    if (beta == 0) {
      return Math.exp(logQ) * (logQ - logP);
    }
    if (beta == 1) {
      return Math.exp(logP) * (logP - logQ);
    }
    double logM = logMixture(logP, logQ);
    return beta * Math.exp(logQ) * (logQ - logM) + (1 - beta) * Math.exp(logP) * (logP - logM);
  }

  /** d divergence / d p of a token, up to what all tokens share; unused at β = 0. */
  private double slope(double logP, double logQ) {
    if (beta == 0) {
      return 0;
    }
    return beta == 1 ? logP - logQ : (1 - beta) * (logP - logMixture(logP, logQ));
  }

  private double logMixture(double logP, double logQ) {
    double a = logP + Math.log1p(-beta);
    double b = logQ + Math.log(beta);
    double max = Math.max(a, b);
    return max + Math.log1p(Math.exp(Math.min(a, b) - max));
  }
}
