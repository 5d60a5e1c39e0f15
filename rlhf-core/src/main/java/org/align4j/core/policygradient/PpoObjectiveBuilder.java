package org.align4j.core.policygradient;

import static org.align4j.core.ConfigurationException.require;

import org.align4j.core.ConfigurationException;

/**
 * The options of a {@link PpoObjective} by name. What is not set has the default of standard PPO.
 */
public final class PpoObjectiveBuilder {
  double clipLow = 0.2;
  double clipHigh = 0.2;
  double dualClip;
  boolean tokenMean = true;
  double klCoefficient;
  KlEstimator klEstimator = KlEstimator.K1;

  PpoObjectiveBuilder() {}

  /**
   * ε on both sides of 1, ≥ 0; by default 0.2.
   *
   * @param epsilon distance of both bounds from 1
   * @return this builder
   */
  public PpoObjectiveBuilder clipRange(double epsilon) {
    this.clipLow = epsilon;
    this.clipHigh = epsilon;
    return this;
  }

  /**
   * ε above 1 alone; larger than that below 1 = clip-higher (DAPO, arXiv 2503.14476).
   *
   * @param epsilon distance of the upper bound from 1
   * @return this builder
   */
  public PpoObjectiveBuilder clipHigh(double epsilon) {
    this.clipHigh = epsilon;
    return this;
  }

  /**
   * Bound c &gt; 1 for negative advantages; 0, the default, is none.
   *
   * @param bound on the ratio where the advantage is negative
   * @return this builder
   */
  public PpoObjectiveBuilder dualClip(double bound) {
    this.dualClip = bound;
    return this;
  }

  /**
   * Whether all tokens of the step count alike, the default; else all completions do.
   *
   * @param tokens whether tokens count alike
   * @return this builder
   */
  public PpoObjectiveBuilder tokenMean(boolean tokens) {
    this.tokenMean = tokens;
    return this;
  }

  /**
   * Weight of the KL to the reference in the loss, ≥ 0; 0, the default, keeps it out.
   *
   * @param weight β
   * @return this builder
   */
  public PpoObjectiveBuilder klCoefficient(double weight) {
    this.klCoefficient = weight;
    return this;
  }

  /**
   * The estimator whose value is added to the loss, by default k1. The gradient is the unbiased one
   * of the reverse KL, weighted by min(r, 10), whichever is named.
   *
   * @param estimator of the value that is added
   * @return this builder
   */
  public PpoObjectiveBuilder klEstimator(KlEstimator estimator) {
    this.klEstimator = estimator;
    return this;
  }

  /**
   * {@return the objective}
   *
   * @throws ConfigurationException if an option is out of its range
   */
  public PpoObjective build() {
    require(clipLow >= 0 && clipHigh >= 0, "cliprange must not be negative");
    require(dualClip == 0 || dualClip > 1, "dual_clip must be above 1, got " + dualClip);
    require(klCoefficient >= 0, "kl_coef must not be negative, got " + klCoefficient);
    return new PpoObjective(this);
  }
}
