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
 * <p>{@link #builder} sets the options by name.
 */
public final class CpoObjective implements PreferenceObjective {
  private final double beta;
  private final CpoLoss loss;
  private final double labelSmoothing;
  private final double simpoGamma;
  private final double alpha;
  private final double cpoAlpha;

  CpoObjective(CpoObjectiveBuilder options) {
    beta = options.beta;
    loss = options.loss;
    labelSmoothing = options.labelSmoothing;
    simpoGamma = options.simpoGamma;
    alpha = options.alpha;
    cpoAlpha = options.cpoAlpha;
  }

  /** {@return options at TRL's defaults} */
  public static CpoObjectiveBuilder builder() {
    return new CpoObjectiveBuilder();
  }

  /**
   * {@return TRL's defaults for a loss}
   *
   * @param beta scale of the margin, &gt; 0
   * @param loss what is made of the margin
   */
  public static CpoObjective of(double beta, CpoLoss loss) {
    return builder().beta(beta).loss(loss).build();
  }

  /**
   * {@return SimPO as its paper has it: no likelihood term}
   *
   * @param beta scale of the margin, &gt; 0
   * @param gamma target margin in units of the reward
   */
  public static CpoObjective simpo(double beta, double gamma) {
    return builder().beta(beta).loss(CpoLoss.SIMPO).simpoGamma(gamma).cpoAlpha(0).build();
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
  public PairwiseValue evaluate(PairwiseLogProbs input, PairCounts counts) {
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
      double slope = slope(w - l) / counts.pairs();
      // Where the loss is flat the slope of AlphaPO's reward may be infinite.
      gradient.chosen()[i] = slope == 0 ? 0 : slope * rewardSlope(chosen.values()[i]);
      gradient.rejected()[i] = slope == 0 ? 0 : -slope * rewardSlope(rejected.values()[i]);
      rewards.chosen()[i] = beta * w;
      rewards.rejected()[i] = beta * l;
    }
    double logLikelihood = input.chosen().stream().mapToDouble(r -> Arrays.stream(r).sum()).sum();
    double perToken = 1.0 / counts.chosenTokens();
    double total = sum / counts.pairs() - cpoAlpha * perToken * logLikelihood;
    MetricSums metrics = PairMetrics.of(rewards, new Sides(chosen.values(), rejected.values()));
    int tokens = Arrays.stream(chosen.lengths()).sum();
    metrics.add("nll_loss", -logLikelihood / tokens, tokens);
    return new PairwiseValue(
        total,
        chosen.tokenGradients(gradient.chosen(), -cpoAlpha * perToken),
        rejected.tokenGradients(gradient.rejected(), 0),
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
}
