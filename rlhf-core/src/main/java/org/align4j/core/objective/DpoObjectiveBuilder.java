package org.align4j.core.objective;

import static org.align4j.core.ConfigurationException.require;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.ConfigurationException;

/** The options of a {@link DpoObjective} by name. What is not set has TRL's default. */
public final class DpoObjectiveBuilder {
  double beta = 0.1;
  List<DpoLoss> losses = List.of();
  List<Double> lossWeights = List.of();
  Divergence divergence = Divergence.REVERSE_KL;
  double alphaCoefficient = 0.5;
  double labelSmoothing;
  double discopopTau = 0.05;
  double ldAlpha = 1;
  boolean weighting;

  DpoObjectiveBuilder() {}

  /**
   * Strength of the leash to the reference, &gt; 0; by default 0.1.
   *
   * @param strength β
   * @return this builder
   */
  public DpoObjectiveBuilder beta(double strength) {
    this.beta = strength;
    return this;
  }

  /**
   * Adds a loss of weight 1. Without any the loss is {@link DpoLoss#SIGMOID}.
   *
   * @param member of the family
   * @return this builder
   */
  public DpoObjectiveBuilder loss(DpoLoss member) {
    return loss(member, 1);
  }

  /**
   * Adds a weighted loss to the mix.
   *
   * @param member of the family
   * @param weight its factor
   * @return this builder
   */
  public DpoObjectiveBuilder loss(DpoLoss member, double weight) {
    losses = plus(losses, member);
    lossWeights = plus(lossWeights, weight);
    return this;
  }

  /**
   * Sets the mix.
   *
   * @param members at least one
   * @param weights one a member
   * @return this builder
   * @throws ConfigurationException if there is no member or the numbers differ
   */
  public DpoObjectiveBuilder losses(List<DpoLoss> members, List<Double> weights) {
    require(!members.isEmpty(), "loss_type needs at least one loss");
    require(
        members.size() == weights.size(),
        "loss_weights has " + weights.size() + " values for " + members.size() + " losses");
    losses = List.copyOf(members);
    lossWeights = List.copyOf(weights);
    return this;
  }

  /**
   * f-divergence that turns log-ratios into scores; the reverse KL by default.
   *
   * @param keptSmall the divergence from the reference that the loss keeps small
   * @return this builder
   */
  public DpoObjectiveBuilder divergence(Divergence keptSmall) {
    this.divergence = keptSmall;
    return this;
  }

  /**
   * α of {@link Divergence#ALPHA_DIVERGENCE}; by default 0.5.
   *
   * @param alpha not 0 or 1
   * @return this builder
   */
  public DpoObjectiveBuilder alphaCoefficient(double alpha) {
    this.alphaCoefficient = alpha;
    return this;
  }

  /**
   * ε of robust, exo_pair and aot in [0, 1), by default 0; other losses ignore it, as in TRL.
   * exo_pair needs ε &gt; 0, robust ε &lt; ½.
   *
   * @param epsilon probability that a label is wrong
   * @return this builder
   */
  public DpoObjectiveBuilder labelSmoothing(double epsilon) {
    this.labelSmoothing = epsilon;
    return this;
  }

  /**
   * τ of discopop, &gt; 0; by default 0.05.
   *
   * @param tau temperature of the log-ratio modulation
   * @return this builder
   */
  public DpoObjectiveBuilder discopopTau(double tau) {
    this.discopopTau = tau;
    return this;
  }

  /**
   * Weight of tail tokens in LD-DPO (arXiv 2409.06411), in [0, 1]; 1, the default, switches it off.
   *
   * @param weight 0 leaves out what is longer than the shorter completion
   * @return this builder
   */
  public DpoObjectiveBuilder ldAlpha(double weight) {
    this.ldAlpha = weight;
    return this;
  }

  /**
   * Whether pairs have WPO's weights (arXiv 2406.11827), Eq. 2; by default not.
   *
   * @param weighted whether to weight
   * @return this builder
   */
  public DpoObjectiveBuilder weighting(boolean weighted) {
    this.weighting = weighted;
    return this;
  }

  /**
   * {@return the objective}
   *
   * @throws ConfigurationException if an option is out of its range or does not fit a loss
   */
  public DpoObjective build() {
    require(beta > 0, "beta must be positive, got " + beta);
    require(
        labelSmoothing >= 0 && labelSmoothing < 1,
        "label_smoothing must be in [0, 1), got " + labelSmoothing);
    require(
        !losses.contains(DpoLoss.EXO_PAIR) || labelSmoothing > 0,
        "exo_pair needs label_smoothing > 0 (its target puts that mass on rejected); try 0.001");
    require(
        !losses.contains(DpoLoss.ROBUST) || labelSmoothing < 0.5,
        "robust needs label_smoothing < 0.5, got " + labelSmoothing);
    require(ldAlpha >= 0 && ldAlpha <= 1, "ld_alpha must be in [0, 1], got " + ldAlpha);
    require(discopopTau > 0, "discopop_tau must be positive, got " + discopopTau);
    return new DpoObjective(this);
  }

  private static <T> List<T> plus(List<T> list, T element) {
    List<T> out = new ArrayList<>(list);
    out.add(element);
    return List.copyOf(out);
  }
}
