package org.align4j.core.objective;

import static org.align4j.core.ConfigurationException.require;

import org.align4j.core.ConfigurationException;

/** The options of a {@link CpoObjective} by name. What is not set has TRL's default. */
public final class CpoObjectiveBuilder {
  double beta = 0.1;
  CpoLoss loss = CpoLoss.SIGMOID;
  double labelSmoothing;
  double simpoGamma = 0.5;
  double alpha;
  double cpoAlpha = 1;

  CpoObjectiveBuilder() {}

  /**
   * Scale of the margin, &gt; 0; by default 0.1.
   *
   * @param scale β
   * @return this builder
   */
  public CpoObjectiveBuilder beta(double scale) {
    this.beta = scale;
    return this;
  }

  /**
   * What is made of the margin; sigmoid by default.
   *
   * @param member of the family
   * @return this builder
   */
  public CpoObjectiveBuilder loss(CpoLoss member) {
    this.loss = member;
    return this;
  }

  /**
   * ε of sigmoid and simpo, in [0, ½); by default 0.
   *
   * @param epsilon probability that a label is wrong
   * @return this builder
   */
  public CpoObjectiveBuilder labelSmoothing(double epsilon) {
    this.labelSmoothing = epsilon;
    return this;
  }

  /**
   * Target margin γ of simpo; by default 0.5.
   *
   * @param margin in units of the reward
   * @return this builder
   */
  public CpoObjectiveBuilder simpoGamma(double margin) {
    this.simpoGamma = margin;
    return this;
  }

  /**
   * Shape of AlphaPO's reward; 0, the default, takes log-probabilities themselves.
   *
   * @param shape α of the reward (1 - p^-α) / α
   * @return this builder
   */
  public CpoObjectiveBuilder alpha(double shape) {
    this.alpha = shape;
    return this;
  }

  /**
   * Weight of the chosen completions' likelihood, ≥ 0, by default 1; 0 is plain SimPO.
   *
   * @param weight α of the paper
   * @return this builder
   */
  public CpoObjectiveBuilder cpoAlpha(double weight) {
    this.cpoAlpha = weight;
    return this;
  }

  /**
   * {@return the objective}
   *
   * @throws ConfigurationException if an option is out of its range
   */
  public CpoObjective build() {
    require(beta > 0, "beta must be positive, got " + beta);
    require(
        labelSmoothing >= 0 && labelSmoothing < 0.5,
        "label_smoothing must be in [0, 0.5), got " + labelSmoothing);
    require(cpoAlpha >= 0, "cpo_alpha must not be negative, got " + cpoAlpha);
    return new CpoObjective(this);
  }
}
