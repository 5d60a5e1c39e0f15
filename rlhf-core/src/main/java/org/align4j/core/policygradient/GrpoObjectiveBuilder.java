package org.align4j.core.policygradient;

import static org.align4j.core.ConfigurationException.require;

import org.align4j.core.ConfigurationException;

/** The options of a {@link GrpoObjective} by name. What is not set has TRL's default. */
public final class GrpoObjectiveBuilder {
  final GrpoLoss loss;
  RatioLevel ratioLevel = RatioLevel.TOKEN;
  double epsilonLow = 0.2;
  double epsilonHigh;
  double delta;
  double beta;
  boolean weightedKl = true;
  int maxCompletionLength = 512;
  double topEntropyQuantile = 1;
  double offPolicyThreshold;
  SapoGate sapo = SapoGate.DEFAULT;
  VespoGate vespo = VespoGate.DEFAULT;

  GrpoObjectiveBuilder(GrpoLoss loss) {
    this.loss = loss;
    this.epsilonHigh = loss == GrpoLoss.CISPO ? 5 : 0.2;
  }

  GrpoObjectiveBuilder(GrpoObjectiveBuilder other) {
    loss = other.loss;
    ratioLevel = other.ratioLevel;
    epsilonLow = other.epsilonLow;
    epsilonHigh = other.epsilonHigh;
    delta = other.delta;
    beta = other.beta;
    weightedKl = other.weightedKl;
    maxCompletionLength = other.maxCompletionLength;
    topEntropyQuantile = other.topEntropyQuantile;
    offPolicyThreshold = other.offPolicyThreshold;
    sapo = other.sapo;
    vespo = other.vespo;
  }

  /**
   * What the ratio is taken of; each token by default.
   *
   * @param level token or sequence
   * @return this builder
   */
  public GrpoObjectiveBuilder ratioLevel(RatioLevel level) {
    this.ratioLevel = level;
    return this;
  }

  /**
   * Clip range below 1, ≥ 0, by default 0.2; cispo, sapo and vespo do not use it.
   *
   * @param epsilon distance of the lower bound from 1
   * @return this builder
   */
  public GrpoObjectiveBuilder epsilonLow(double epsilon) {
    this.epsilonLow = epsilon;
    return this;
  }

  /**
   * Clip range above 1, ≥ 0, by default 0.2. For cispo it is the cap itself, by default 5, as its
   * users recommend (ScaleRL, arXiv 2510.13786); TRL's own default would cap every ratio at 0.2.
   *
   * @param epsilon distance of the upper bound from 1
   * @return this builder
   */
  public GrpoObjectiveBuilder epsilonHigh(double epsilon) {
    this.epsilonHigh = epsilon;
    return this;
  }

  /**
   * Upper bound of the ratio on both signs of the advantage, above 1 (INTELLECT-2, arXiv
   * 2505.07291); 0, the default, is none.
   *
   * @param bound on the ratio
   * @return this builder
   */
  public GrpoObjectiveBuilder delta(double bound) {
    this.delta = bound;
    return this;
  }

  /**
   * Weight of the KL term, ≥ 0; 0, the default, is none.
   *
   * @param weight β
   * @return this builder
   */
  public GrpoObjectiveBuilder beta(double weight) {
    this.beta = weight;
    return this;
  }

  /**
   * Whether the ratio weights the KL term, which makes the term unbiased away from the sampling
   * policy (DeepSeek-V3.2); by default it does.
   *
   * @param weighted whether to weight
   * @return this builder
   */
  public GrpoObjectiveBuilder weightedKl(boolean weighted) {
    this.weightedKl = weighted;
    return this;
  }

  /**
   * Divisor of dr_grpo: the limit of a completion in tokens, by default 512.
   *
   * @param tokens &gt; 0
   * @return this builder
   */
  public GrpoObjectiveBuilder maxCompletionLength(int tokens) {
    this.maxCompletionLength = tokens;
    return this;
  }

  /**
   * Share of a step's tokens, those of highest entropy, that learn (Wang et al. 2025, arXiv
   * 2506.01939), in (0, 1]; 1, the default, is all.
   *
   * @param share 1, the default, lets every token learn
   * @return this builder
   */
  public GrpoObjectiveBuilder topEntropyQuantile(double share) {
    this.topEntropyQuantile = share;
    return this;
  }

  /**
   * Mean old-to-new KL, in nats a token, above which completions of negative advantage are left out
   * (DeepSeek-V3.2); 0, the default, is no limit.
   *
   * @param kl in nats a token; 0, the default, leaves none out
   * @return this builder
   */
  public GrpoObjectiveBuilder offPolicyThreshold(double kl) {
    this.offPolicyThreshold = kl;
    return this;
  }

  /**
   * Temperatures of sapo.
   *
   * @param gate one temperature for each sign of the advantage
   * @return this builder
   */
  public GrpoObjectiveBuilder sapo(SapoGate gate) {
    this.sapo = gate;
    return this;
  }

  /**
   * Shapes of vespo.
   *
   * @param gate one shape for each sign of the advantage
   * @return this builder
   */
  public GrpoObjectiveBuilder vespo(VespoGate gate) {
    this.vespo = gate;
    return this;
  }

  /**
   * {@return the objective}
   *
   * @throws ConfigurationException if an option is out of its range
   */
  public GrpoObjective build() {
    require(epsilonLow >= 0, "epsilon must not be negative, got " + epsilonLow);
    require(epsilonHigh >= 0, "epsilon_high must not be negative, got " + epsilonHigh);
    require(delta == 0 || delta > 1, "delta must be above 1, got " + delta);
    require(beta >= 0, "beta must not be negative, got " + beta);
    require(maxCompletionLength > 0, "max_completion_length must be positive");
    require(
        topEntropyQuantile > 0 && topEntropyQuantile <= 1,
        "top_entropy_quantile must be in (0, 1], got " + topEntropyQuantile);
    require(offPolicyThreshold >= 0, "off_policy_mask_threshold must not be negative");
    return new GrpoObjective(new GrpoObjectiveBuilder(this));
  }
}
