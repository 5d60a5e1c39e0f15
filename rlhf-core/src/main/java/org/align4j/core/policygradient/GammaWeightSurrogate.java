package org.align4j.core.policygradient;

import org.align4j.core.metric.MetricSums;

/** vespo's -φ(w) · A · log π, w the sequence's weight; φ(w) is a constant in the gradient. */
final class GammaWeightSurrogate implements Surrogate {
  /** Bounds that keep the exponentials finite, as the authors' code has them. */
  private static final double MAX_LOG_RATIO = 20;

  private static final double MIN_LOG_WEIGHT = Math.log(1e-8);

  private final VespoGate gate;
  private final double logWeight;
  private final int tokens;
  private final MetricSums metrics;

  /**
   * Prepares for a completion.
   *
   * @param logRatios of its tokens
   * @param importance weights of its tokens that correct for the sampler; empty = 1
   */
  GammaWeightSurrogate(
      VespoGate gate, double[] logRatios, double[] importance, MetricSums metrics) {
    this.gate = gate;
    this.logWeight = logWeight(logRatios, importance);
    this.tokens = logRatios.length;
    this.metrics = metrics;
  }

  private static double logWeight(double[] logRatios, double[] importance) {
    double sum = 0;
    for (double x : logRatios) {
      sum += Math.max(-MAX_LOG_RATIO, Math.min(MAX_LOG_RATIO, x));
    }
    for (double weight : importance) {
      sum += clamped(Math.log(weight));
    }
    return clamped(sum);
  }

  private static double clamped(double logWeight) {
    return Math.max(MIN_LOG_WEIGHT, Math.min(MAX_LOG_RATIO, logWeight));
  }

  @Override
  public TokenLoss at(double ratio, double advantage, double logProb) {
    VespoGate.Gamma shape = advantage >= 0 ? gate.positive() : gate.negative();
    double phi = shape.weight(logWeight);
    metrics.add("vespo/phi_seq_mean", phi, 1.0 / tokens);
    double weight = phi * advantage;
    return new TokenLoss(-weight * logProb, 0, -weight);
  }
}
