package org.align4j.core.policygradient;

import org.align4j.core.metric.MetricSums;

/** -min(r·A, clip(r, 1-low, 1+high)·A), with r bounded by delta on both signs of the advantage. */
final class ClippedSurrogate implements Surrogate {
  private final double low;
  private final double high;
  private final double delta;
  private final int tokens;
  private double clippedLow;
  private double clippedHigh;

  /**
   * Prepares for a completion.
   *
   * @param delta 0 = none
   */
  ClippedSurrogate(double low, double high, double delta, int tokens) {
    this.low = low;
    this.high = high;
    this.delta = delta;
    this.tokens = tokens;
  }

  @Override
  public TokenLoss at(double ratio, double advantage, double logProb) {
    clippedLow += ratio < 1 - low && advantage < 0 ? 1.0 / tokens : 0;
    clippedHigh += ratio > 1 + high && advantage > 0 ? 1.0 / tokens : 0;
    double bounded = delta > 0 ? Math.min(ratio, delta) : ratio;
    double clipped = Math.max(1 - low, Math.min(1 + high, ratio)) * advantage;
    boolean free = bounded * advantage <= clipped;
    double slope = free && bounded == ratio ? -advantage : 0;
    return new TokenLoss(-Math.min(bounded * advantage, clipped), slope, 0);
  }

  @Override
  public void report(double weight, MetricSums metrics) {
    metrics.add("clip_ratio/low_mean", clippedLow, weight);
    metrics.add("clip_ratio/high_mean", clippedHigh, weight);
    metrics.add("clip_ratio/region_mean", clippedLow + clippedHigh, weight);
    metrics.min("clip_ratio/low_min", clippedLow);
    metrics.max("clip_ratio/high_max", clippedHigh);
  }
}
