package org.align4j.core.policygradient;

import org.align4j.core.metric.MetricSums;

/** cispo's -min(r, cap) · A · log π; the weight is a constant in the gradient. */
final class CappedWeightSurrogate implements Surrogate {
  private final double cap;
  private final int tokens;
  private double capped;

  CappedWeightSurrogate(double cap, int tokens) {
    this.cap = cap;
    this.tokens = tokens;
  }

  @Override
  public TokenLoss at(double ratio, double advantage, double logProb) {
    capped += ratio > cap && advantage > 0 ? 1.0 / tokens : 0;
    double weight = Math.min(ratio, cap) * advantage;
    return new TokenLoss(-weight * logProb, 0, -weight);
  }

  @Override
  public void report(double weight, MetricSums metrics) {
    metrics.add("cispo_clip_ratio", capped, weight);
  }
}
