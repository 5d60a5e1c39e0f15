package org.align4j.core.policygradient;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.metric.MetricSums;

/**
 * Group-relative policy optimization and its family, GSPO and RLOO among them: the surrogate of
 * {@link GrpoLoss} over ratios of {@link RatioLevel}, with a k3 KL term to the reference. Values
 * equal TRL's {@code GRPOTrainer} and {@code RLOOTrainer} 1.16 to rounding.
 *
 * <p>{@link #builder} sets the options by name.
 */
public final class GrpoObjective implements PolicyGradientObjective {
  private final GrpoObjectiveBuilder options;
  private final GrpoLoss loss;
  private final EntropyFilter filter;

  GrpoObjective(GrpoObjectiveBuilder options) {
    this.options = options;
    this.loss = options.loss;
    this.filter = new EntropyFilter(options.topEntropyQuantile);
  }

  /**
   * {@return options of a member of the family, at TRL's defaults}
   *
   * @param loss the member
   */
  public static GrpoObjectiveBuilder builder(GrpoLoss loss) {
    return new GrpoObjectiveBuilder(loss);
  }

  /**
   * {@return a member of the family with TRL's remaining defaults}
   *
   * @param loss the member
   * @param beta weight of the KL term, ≥ 0
   * @param maxCompletionLength divisor of dr_grpo, in tokens
   */
  public static GrpoObjective of(GrpoLoss loss, double beta, int maxCompletionLength) {
    return builder(loss).beta(beta).maxCompletionLength(maxCompletionLength).build();
  }

  /**
   * {@return RLOO: the product of ratios, clipped, one vote a completion; the KL belongs in the
   * reward}
   *
   * @param epsilonLow clip range below 1, ≥ 0
   * @param epsilonHigh clip range above 1, ≥ 0
   */
  public static GrpoObjective rloo(double epsilonLow, double epsilonHigh) {
    return builder(GrpoLoss.GRPO)
        .ratioLevel(RatioLevel.SEQUENCE_PRODUCT)
        .epsilonLow(epsilonLow)
        .epsilonHigh(epsilonHigh)
        .build();
  }

  /** {@return the options of this objective, to change some} */
  public GrpoObjectiveBuilder toBuilder() {
    return new GrpoObjectiveBuilder(options);
  }

  /**
   * {@return the same for another length limit, in tokens}
   *
   * @param tokens &gt; 0
   */
  public GrpoObjective withMaxCompletionLength(int tokens) {
    return toBuilder().maxCompletionLength(tokens).build();
  }

  @Override
  public boolean needsReference() {
    return options.beta > 0;
  }

  /** {@return whether {@link RolloutLogProbs#entropies} must be filled} */
  public boolean needsEntropies() {
    return filter.active();
  }

  /** The entropy quantile is one of the step's tokens. */
  @Override
  public boolean needsWholeStep() {
    return needsEntropies();
  }

  @Override
  public PolicyGradientValue evaluate(RolloutLogProbs input, RolloutCounts counts) {
    MetricSums metrics = new MetricSums();
    double entropyFloor = filter.floor(input.entropies());
    double beta = options.beta;
    List<double[]> gradients = new ArrayList<>(input.size());
    double total = 0;
    for (int i = 0; i < input.size(); i++) {
      double[] policy = input.policy().get(i);
      double[] advantages = input.advantages().get(i);
      int n = policy.length;
      double share = loss.share(n, options.maxCompletionLength, counts);
      double[] logRatios = difference(policy, input.old().get(i));
      double[] logWeights = options.ratioLevel.logWeights(logRatios);
      double kept = offPolicy(logRatios, advantages) ? 0 : 1;
      Surrogate surrogate = surrogate(input, i, logRatios, metrics);
      double[] gradient = new double[n];
      double[] dLogWeights = new double[n];
      for (int t = 0; t < n; t++) {
        double ratio = Math.exp(logWeights[t]);
        double weight = share * kept * weight(input, i, t, entropyFloor);
        TokenLoss token = surrogate.at(ratio, advantages[t], policy[t]);
        total += weight * token.value();
        gradient[t] += weight * token.dLogProb();
        // A ratio that is clipped may be infinite; it has no slope all the same.
        dLogWeights[t] += token.dRatio() == 0 ? 0 : weight * token.dRatio() * ratio;
        if (beta > 0) {
          double d = policy[t] - input.reference().get(i)[t];
          double importance = options.weightedKl ? ratio : 1;
          double kl = importance * KlEstimator.K3.value(d);
          total += share * beta * kl;
          gradient[t] += share * beta * importance * KlEstimator.K3.slope(d);
          dLogWeights[t] += options.weightedKl ? share * beta * kl : 0;
          metrics.add("kl", kl, 1);
        }
      }
      options.ratioLevel.addTokenGradients(dLogWeights, gradient);
      gradients.add(gradient);
      // A sequence has one ratio, so sequences count alike there, as in TRL.
      surrogate.report(options.ratioLevel == RatioLevel.TOKEN ? n : 1, metrics);
    }
    return new PolicyGradientValue(total, gradients, metrics);
  }

  private Surrogate surrogate(
      RolloutLogProbs input, int i, double[] logRatios, MetricSums metrics) {
    int tokens = logRatios.length;
    return switch (loss.kind()) {
      case CLIPPED ->
          new ClippedSurrogate(options.epsilonLow, options.epsilonHigh, options.delta, tokens);
      case CAPPED_WEIGHT -> new CappedWeightSurrogate(options.epsilonHigh, tokens);
      case SOFT_GATE -> new SoftGateSurrogate(options.sapo);
      case GAMMA_WEIGHT -> {
        double[] importance =
            input.importance().isEmpty() ? new double[0] : input.importance().get(i);
        yield new GammaWeightSurrogate(options.vespo, logRatios, importance, metrics);
      }
    };
  }

  private static double[] difference(double[] a, double[] b) {
    double[] out = new double[a.length];
    Arrays.setAll(out, t -> a[t] - b[t]);
    return out;
  }

  private double weight(RolloutLogProbs input, int i, int t, double entropyFloor) {
    if (needsEntropies() && input.entropies().get(i)[t] < entropyFloor) {
      return 0;
    }
    // vespo takes the sampler's ratio into its own weight.
    return input.importance().isEmpty() || loss == GrpoLoss.VESPO
        ? 1
        : input.importance().get(i)[t];
  }

  private boolean offPolicy(double[] logRatios, double[] advantages) {
    double kl = -Arrays.stream(logRatios).average().orElse(0);
    double threshold = options.offPolicyThreshold;
    return threshold > 0 && advantages[0] < 0 && kl > threshold;
  }
}
