package org.align4j.core.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.PairBatch.Sides;

/**
 * The DPO family: a weighted mix of {@link DpoLoss} members over policy and reference log-probs.
 *
 * <p>Loss = Σ_k weight_k · (1/N) Σ_i loss_k(pair i), N the pairs of the whole step. Reduction:
 * tokens are summed into sequences (tail tokens beyond the shorter completion times {@code
 * ldAlpha}); {@code ipo} and {@code sigmoid_norm} divide by the completion's tokens. An empty
 * completion is refused; margins of ±∞ give the limits of each formula. Values equal TRL's {@code
 * DPOTrainer} 1.16 to rounding.
 *
 * <p>{@link #builder} sets the options by name.
 */
public final class DpoObjective implements PreferenceObjective {
  private final double beta;
  private final List<DpoLoss> losses;
  private final List<Double> lossWeights;
  private final Divergence divergence;
  private final double alphaCoefficient;
  private final double labelSmoothing;
  private final double discopopTau;
  private final double ldAlpha;
  private final boolean weighting;

  DpoObjective(DpoObjectiveBuilder options) {
    boolean named = !options.losses.isEmpty();
    beta = options.beta;
    losses = named ? options.losses : List.of(DpoLoss.SIGMOID);
    lossWeights = named ? options.lossWeights : List.of(1.0);
    divergence = options.divergence;
    alphaCoefficient = options.alphaCoefficient;
    labelSmoothing = options.labelSmoothing;
    discopopTau = options.discopopTau;
    ldAlpha = options.ldAlpha;
    weighting = options.weighting;
  }

  /** {@return options at TRL's defaults} */
  public static DpoObjectiveBuilder builder() {
    return new DpoObjectiveBuilder();
  }

  /**
   * {@return standard DPO with TRL's remaining defaults}
   *
   * @param beta strength of the leash to the reference, &gt; 0
   */
  public static DpoObjective sigmoid(double beta) {
    return of(beta, DpoLoss.SIGMOID, 0);
  }

  /**
   * {@return a single member of the family}
   *
   * @param beta strength of the leash to the reference, &gt; 0
   * @param loss the member
   * @param labelSmoothing ε in [0, 1), for losses that use it
   */
  public static DpoObjective of(double beta, DpoLoss loss, double labelSmoothing) {
    return builder().beta(beta).loss(loss).labelSmoothing(labelSmoothing).build();
  }

  /** Strength of the leash to the reference. */
  double beta() {
    return beta;
  }

  /** ε of robust, exo_pair and aot. */
  double labelSmoothing() {
    return labelSmoothing;
  }

  /** τ of discopop. */
  double discopopTau() {
    return discopopTau;
  }

  @Override
  public boolean needsSumSquares() {
    return weighting;
  }

  /** Sorts span the step's pairs, and the likelihood term has their mean WPO weight. */
  @Override
  public boolean needsWholeStep() {
    return losses.contains(DpoLoss.AOT)
        || losses.contains(DpoLoss.AOT_UNPAIRED)
        || (weighting && losses.contains(DpoLoss.SFT));
  }

  @Override
  public PairwiseValue evaluate(PairwiseLogProbs input, PairCounts counts) {
    if (input.referenceChosen().isEmpty()) {
      throw new IllegalArgumentException("DPO needs the reference's log-probs");
    }
    PairBatch batch = batch(input);
    int n = batch.size();
    Sides ratios = batch.ratios();
    Sides gradient = Sides.zeros(n);
    double loss = 0;
    double dChosenTokens = 0;
    for (int k = 0; k < losses.size(); k++) {
      double scale = lossWeights.get(k) / counts.pairs();
      LossTerms terms = losses.get(k).evaluate(batch, this, counts);
      loss += scale * terms.sum();
      dChosenTokens += scale * terms.dChosenTokens();
      addGradient(
          gradient.chosen(),
          ratios.chosen(),
          terms.dScores().chosen(),
          terms.dRatios().chosen(),
          scale);
      addGradient(
          gradient.rejected(),
          ratios.rejected(),
          terms.dScores().rejected(),
          terms.dRatios().rejected(),
          scale);
    }
    List<double[]> dChosen = new ArrayList<>(n);
    List<double[]> dRejected = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      int shared = Math.min(input.chosen().get(i).length, input.rejected().get(i).length);
      dChosen.add(
          tokenGradient(gradient.chosen()[i], input.chosen().get(i).length, shared, dChosenTokens));
      dRejected.add(
          tokenGradient(gradient.rejected()[i], input.rejected().get(i).length, shared, 0));
    }
    return new PairwiseValue(loss, dChosen, dRejected, metrics(batch));
  }

  private PairBatch batch(PairwiseLogProbs input) {
    int n = input.size();
    Sides logps = Sides.zeros(n);
    Sides references = Sides.zeros(n);
    Sides scores = Sides.zeros(n);
    Sides lengths = Sides.zeros(n);
    double[] logLikelihoods = new double[n];
    double[] weights = new double[n];
    for (int i = 0; i < n; i++) {
      double[] chosen = input.chosen().get(i);
      double[] rejected = input.rejected().get(i);
      int shared = Math.min(chosen.length, rejected.length);
      logps.chosen()[i] = sum(chosen, shared);
      logps.rejected()[i] = sum(rejected, shared);
      references.chosen()[i] = sum(input.referenceChosen().get(i), shared);
      references.rejected()[i] = sum(input.referenceRejected().get(i), shared);
      logLikelihoods[i] = Arrays.stream(chosen).sum();
      lengths.chosen()[i] = chosen.length;
      lengths.rejected()[i] = rejected.length;
      scores.chosen()[i] =
          divergence.score(logps.chosen()[i] - references.chosen()[i], alphaCoefficient);
      scores.rejected()[i] =
          divergence.score(logps.rejected()[i] - references.rejected()[i], alphaCoefficient);
      weights[i] = weighting ? wpoWeight(input, i) : 1;
    }
    return new PairBatch(logps, references, scores, lengths, logLikelihoods, weights);
  }

  /** The product of both completions' weights; a constant in the gradient. */
  private static double wpoWeight(PairwiseLogProbs input, int pair) {
    return Math.exp(
        meanAligned(input.chosen().get(pair), input.chosenLogSumSquares().get(pair))
            + meanAligned(input.rejected().get(pair), input.rejectedLogSumSquares().get(pair)));
  }

  private static double meanAligned(double[] logProbs, double[] logSumSquares) {
    double sum = 0;
    for (int t = 0; t < logProbs.length; t++) {
      sum += logProbs[t] - logSumSquares[t];
    }
    return sum / logProbs.length;
  }

  private double sum(double[] tokens, int shared) {
    double head = 0;
    double tail = 0;
    for (int t = 0; t < tokens.length; t++) {
      if (t < shared) {
        head += tokens[t];
      } else {
        tail += tokens[t];
      }
    }
    return head + ldAlpha * tail;
  }

  private void addGradient(
      double[] gradient, double[] ratios, double[] dScores, double[] dRatios, double scale) {
    for (int i = 0; i < gradient.length; i++) {
      // Where the loss is flat the score's slope may be infinite.
      double score =
          dScores[i] == 0 ? 0 : dScores[i] * divergence.slope(ratios[i], alphaCoefficient);
      gradient[i] += scale * (score + dRatios[i]);
    }
  }

  private double[] tokenGradient(double dSequence, int length, int shared, double dToken) {
    double[] out = new double[length];
    for (int t = 0; t < length; t++) {
      out[t] = (t < shared ? dSequence : ldAlpha * dSequence) + dToken;
    }
    return out;
  }

  private MetricSums metrics(PairBatch batch) {
    return PairMetrics.of(batch.ratios().scaled(beta), batch.logps());
  }
}
