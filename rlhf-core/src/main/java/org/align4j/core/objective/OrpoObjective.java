package org.align4j.core.objective;

import java.util.Arrays;
import org.align4j.core.ConfigurationException;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.PairBatch.Sides;

/**
 * Odds-ratio preference optimization (Hong et al. 2024, arXiv 2403.07691, Eqs. 4 and 7): supervised
 * learning and preference in one loss, without a reference.
 *
 * <p>Loss = NLL(prompt and chosen) - (β/N) Σ_i log σ(log odds ratio), odds = p/(1-p) of the mean
 * token probability p = e^(mean log-prob). NLL is a mean over the step's prompt and chosen tokens:
 * as in TRL's {@code ORPOTrainer} 1.16, prompts are learnt too.
 *
 * @param beta weight of the odds ratio, &gt; 0 (λ in the paper)
 */
public record OrpoObjective(double beta) implements PreferenceObjective {
  /** A completion of probability 1 has infinite odds; this keeps them finite. */
  private static final double LARGEST_MEAN_LOG_PROB = -1e-9;

  private static final double MINUS_LOG_TWO = -Math.log(2);

  /**
   * Checks the range.
   *
   * @param beta weight of the odds ratio, &gt; 0 (λ in the paper)
   */
  public OrpoObjective {
    if (!(beta > 0)) {
      throw new ConfigurationException("beta must be positive, got " + beta);
    }
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
  public boolean needsPrompt() {
    return true;
  }

  @Override
  public PairwiseValue evaluate(PairwiseLogProbs input, PairCounts counts) {
    SequenceScores prompt = SequenceScores.of(input.prompt(), false);
    SequenceScores chosen = SequenceScores.of(input.chosen(), true);
    SequenceScores rejected = SequenceScores.of(input.rejected(), true);
    int n = input.size();
    Sides rewards = Sides.zeros(n);
    Sides gradient = Sides.zeros(n);
    double logSigmoids = 0;
    double logOddsSum = 0;
    for (int i = 0; i < n; i++) {
      double c = Math.min(chosen.values()[i], LARGEST_MEAN_LOG_PROB);
      double r = Math.min(rejected.values()[i], LARGEST_MEAN_LOG_PROB);
      double logOdds = c - r - (log1mExp(c) - log1mExp(r));
      logOddsSum += logOdds;
      logSigmoids += Logistic.logSigmoid(logOdds);
      double slope = -beta * Logistic.sigmoid(-logOdds) / counts.pairs();
      gradient.chosen()[i] = -slope / Math.expm1(c);
      gradient.rejected()[i] = slope / Math.expm1(r);
      rewards.chosen()[i] = beta * chosen.values()[i];
      rewards.rejected()[i] = beta * rejected.values()[i];
    }
    double logLikelihood = Arrays.stream(prompt.values()).sum();
    for (int i = 0; i < n; i++) {
      logLikelihood += chosen.values()[i] * chosen.lengths()[i];
    }
    double perToken = 1.0 / (counts.promptTokens() + counts.chosenTokens());
    double loss = -perToken * logLikelihood - beta * logSigmoids / counts.pairs();
    int tokens = Arrays.stream(prompt.lengths()).sum() + Arrays.stream(chosen.lengths()).sum();
    MetricSums metrics = PairMetrics.of(rewards, new Sides(chosen.values(), rejected.values()));
    metrics.add("nll_loss", -logLikelihood / tokens, tokens);
    metrics.add("log_odds_ratio", logSigmoids / n, n);
    metrics.add("log_odds_chosen", logOddsSum / n, n);
    return new PairwiseValue(
        loss,
        chosen.tokenGradients(gradient.chosen(), -perToken),
        rejected.tokenGradients(gradient.rejected(), 0),
        prompt.tokenGradients(new double[n], -perToken),
        metrics);
  }

  /** log(1 - e^x) for x &lt; 0, without cancellation on either side of -log 2. */
  private static double log1mExp(double x) {
    return x < MINUS_LOG_TWO ? Math.log1p(-Math.exp(x)) : Math.log(-Math.expm1(x));
  }
}
