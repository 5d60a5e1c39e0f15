package org.align4j.core.objective;

import java.util.Arrays;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.PairBatch.Sides;

/**
 * Contrastive preference optimization and its relatives without a reference: CPO, SimPO, AlphaPO.
 *
 * <p>Loss = (1/N) Σ_i loss(r_w - r_l) + cpoAlpha · NLL(chosen), N the pairs of the step, NLL a mean
 * over its chosen tokens. The reward r of a completion is its summed (sigmoid, hinge) or mean (ipo,
 * simpo) log-prob x, or AlphaPO's (1 - e^(-αx))/α (Gupta et al. 2025, arXiv 2501.03884). CPO-SimPO
 * is simpo with cpoAlpha &gt; 0. Values equal TRL's {@code CPOTrainer} 1.16 to rounding.
 *
 * @param beta scale of the margin, &gt; 0
 * @param loss what is made of the margin
 * @param labelSmoothing ε of sigmoid and simpo, in [0, ½)
 * @param simpoGamma target margin γ of simpo
 * @param alpha shape of AlphaPO's reward; 0 = log-probabilities themselves
 * @param cpoAlpha weight of the chosen completions' likelihood; 0 = plain SimPO
 */
public record CpoObjective(
    double beta,
    CpoLoss loss,
    double labelSmoothing,
    double simpoGamma,
    double alpha,
    double cpoAlpha)
    implements PreferenceObjective {

  /** Checks ranges. */
  public CpoObjective {
    require(beta > 0, "beta must be positive, got " + beta);
    require(
        labelSmoothing >= 0 && labelSmoothing < 0.5,
        "label_smoothing must be in [0, 0.5), got " + labelSmoothing);
    require(cpoAlpha >= 0, "cpo_alpha must not be negative, got " + cpoAlpha);
  }

  /** TRL's defaults for a loss. */
  public static CpoObjective of(double beta, CpoLoss loss) {
    return new CpoObjective(beta, loss, 0, 0.5, 0, 1);
  }

  /** SimPO as its paper has it: no likelihood term. */
  public static CpoObjective simpo(double beta, double gamma) {
    return new CpoObjective(beta, CpoLoss.SIMPO, 0, gamma, 0, 0);
  }

  @Override
  public boolean needsSumSquares() {
    return false;
  }

  @Override
  public boolean needsReference() {
    return false;
  }

  @Override
  public PairwiseValue evaluate(PairwiseLogProbs input, Normalizer normalizer) {
    SequenceScores chosen = SequenceScores.of(input.chosen(), loss.averaged());
    SequenceScores rejected = SequenceScores.of(input.rejected(), loss.averaged());
    int n = input.size();
    Sides rewards = Sides.zeros(n);
    Sides gradient = Sides.zeros(n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double w = reward(chosen.values()[i]);
      double l = reward(rejected.values()[i]);
      sum += value(w - l);
      double slope = slope(w - l) / normalizer.pairs();
      // Where the loss is flat the slope of AlphaPO's reward may be infinite.
      gradient.chosen()[i] = slope == 0 ? 0 : slope * rewardSlope(chosen.values()[i]);
      gradient.rejected()[i] = slope == 0 ? 0 : -slope * rewardSlope(rejected.values()[i]);
      rewards.chosen()[i] = beta * w;
      rewards.rejected()[i] = beta * l;
    }
    double logLikelihood = input.chosen().stream().mapToDouble(r -> Arrays.stream(r).sum()).sum();
    double perToken = 1.0 / normalizer.chosenTokens();
    double total = sum / normalizer.pairs() - cpoAlpha * perToken * logLikelihood;
    MetricSums metrics = PairMetrics.of(rewards, new Sides(chosen.values(), rejected.values()));
    int tokens = Arrays.stream(chosen.lengths()).sum();
    metrics.add("nll_loss", -logLikelihood / tokens, tokens);
    return new PairwiseValue(
        total,
        chosen.spread(gradient.chosen(), -cpoAlpha * perToken),
        rejected.spread(gradient.rejected(), 0),
        metrics);
  }

  private double reward(double logProb) {
    return alpha == 0 ? logProb : -Math.expm1(-alpha * logProb) / alpha;
  }

  private double rewardSlope(double logProb) {
    return Math.exp(-alpha * logProb);
  }

  private double value(double margin) {
    return switch (loss) {
      case SIGMOID, SIMPO ->
          -Logistic.logSigmoid(scaled(margin)) * (1 - labelSmoothing)
              - Logistic.logSigmoid(-scaled(margin)) * labelSmoothing;
      case HINGE -> Math.max(0, 1 - beta * margin);
      case IPO -> (margin - 0.5 / beta) * (margin - 0.5 / beta);
    };
  }

  /** d value / d margin. */
  private double slope(double margin) {
    return switch (loss) {
      case SIGMOID, SIMPO ->
          beta
              * (-Logistic.sigmoid(-scaled(margin)) * (1 - labelSmoothing)
                  + Logistic.sigmoid(scaled(margin)) * labelSmoothing);
      case HINGE -> beta * margin < 1 ? -beta : 0;
      case IPO -> 2 * (margin - 0.5 / beta);
    };
  }

  private double scaled(double margin) {
    return beta * margin - (loss == CpoLoss.SIMPO ? simpoGamma : 0);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
