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
 * @param loss surrogate and normaliser
 * @param level what the ratio is taken of
 * @param epsilonLow clip range below 1; unused by cispo, sapo, vespo
 * @param epsilonHigh clip range above 1; the cap itself for cispo
 * @param delta upper bound of the ratio on both signs of the advantage (INTELLECT-2, arXiv
 *     2505.07291); 0 = none
 * @param beta weight of the KL term; 0 = none
 * @param weightedKl whether the KL term is weighted by the ratio, which makes it unbiased away from
 *     the sampling policy (DeepSeek-V3.2)
 * @param maxCompletionLength divisor of dr_grpo
 * @param topEntropyQuantile share of a step's tokens, those of highest entropy, that learn (Wang et
 *     al. 2025, arXiv 2506.01939); 1 = all
 * @param offPolicyThreshold mean old-to-new KL above which completions of negative advantage are
 *     left out (DeepSeek-V3.2); 0 = none
 * @param gates temperatures of sapo and shapes of vespo
 */
public record GrpoObjective(
    GrpoLoss loss,
    RatioLevel level,
    double epsilonLow,
    double epsilonHigh,
    double delta,
    double beta,
    boolean weightedKl,
    int maxCompletionLength,
    double topEntropyQuantile,
    double offPolicyThreshold,
    Gates gates)
    implements PolicyGradientObjective {

  /** Bounds that keep vespo's exponentials finite, as its authors' code has them. */
  private static final double MAX_LOG_RATIO = 20;

  private static final double MIN_LOG_WEIGHT = Math.log(1e-8);

  /**
   * Shapes of the soft gates.
   *
   * @param sapoPositive temperature of sapo for positive advantages
   * @param sapoNegative for the others
   * @param vespoPositiveK exponent k of vespo for advantages ≥ 0
   * @param vespoPositiveLambda rate λ for them
   * @param vespoNegativeK exponent for the others
   * @param vespoNegativeLambda rate for them
   */
  public record Gates(
      double sapoPositive,
      double sapoNegative,
      double vespoPositiveK,
      double vespoPositiveLambda,
      double vespoNegativeK,
      double vespoNegativeLambda) {

    /** TRL's defaults. */
    public static final Gates DEFAULT = new Gates(1, 1.05, 2, 3, 3, 2);
  }

  /** Checks ranges. */
  public GrpoObjective {
    require(epsilonLow >= 0, "epsilon must not be negative, got " + epsilonLow);
    require(epsilonHigh >= 0, "epsilon_high must not be negative, got " + epsilonHigh);
    require(delta == 0 || delta > 1, "delta must be above 1, got " + delta);
    require(beta >= 0, "beta must not be negative, got " + beta);
    require(maxCompletionLength > 0, "max_completion_length must be positive");
    require(
        topEntropyQuantile > 0 && topEntropyQuantile <= 1,
        "top_entropy_quantile must be in (0, 1], got " + topEntropyQuantile);
    require(offPolicyThreshold >= 0, "off_policy_mask_threshold must not be negative");
  }

  /**
   * TRL's defaults for a member of the family; cispo's cap is 5, as its users recommend (ScaleRL,
   * arXiv 2510.13786), where TRL's own default would cap every ratio at 0.2.
   */
  public static GrpoObjective of(GrpoLoss loss, double beta, int maxCompletionLength) {
    return new GrpoObjective(
        loss,
        RatioLevel.TOKEN,
        0.2,
        loss == GrpoLoss.CISPO ? 5 : 0.2,
        0,
        beta,
        true,
        maxCompletionLength,
        1,
        0,
        Gates.DEFAULT);
  }

  /** RLOO: the product of ratios, clipped, one vote a completion; the KL belongs in the reward. */
  public static GrpoObjective rloo(double epsilonLow, double epsilonHigh) {
    return new GrpoObjective(
        GrpoLoss.GRPO,
        RatioLevel.SEQUENCE_PRODUCT,
        epsilonLow,
        epsilonHigh,
        0,
        0,
        true,
        1,
        1,
        0,
        Gates.DEFAULT);
  }

  /** The same for another length limit. */
  public GrpoObjective withMaxCompletionLength(int tokens) {
    return new GrpoObjective(
        loss,
        level,
        epsilonLow,
        epsilonHigh,
        delta,
        beta,
        weightedKl,
        tokens,
        topEntropyQuantile,
        offPolicyThreshold,
        gates);
  }

  /** A token's loss with its slopes. */
  private record Surrogate(double value, double dRatio, double dLogProb) {}

  @Override
  public boolean needsReference() {
    return beta > 0;
  }

  /** Whether {@link RolloutLogProbs#entropies} must be filled. */
  public boolean needsEntropies() {
    return topEntropyQuantile < 1;
  }

  /** The entropy quantile is one of the step's tokens. */
  @Override
  public boolean needsWholeStep() {
    return needsEntropies();
  }

  @Override
  public PolicyGradientValue evaluate(RolloutLogProbs input, RolloutCounts counts) {
    MetricSums metrics = new MetricSums();
    double entropyFloor = entropyFloor(input);
    List<double[]> gradients = new ArrayList<>(input.size());
    double total = 0;
    for (int i = 0; i < input.size(); i++) {
      double[] policy = input.policy().get(i);
      double[] advantages = input.advantages().get(i);
      int n = policy.length;
      double share = loss.share(n, maxCompletionLength, counts);
      double[] logRatios = difference(policy, input.old().get(i));
      double[] logWeights = level.logWeights(logRatios);
      double kept = offPolicy(logRatios, advantages) ? 0 : 1;
      double gammaLogWeight = gammaLogWeight(input, i, logRatios);
      double[] gradient = new double[n];
      double[] dLogWeights = new double[n];
      Clips clips = new Clips(n);
      for (int t = 0; t < n; t++) {
        double ratio = Math.exp(logWeights[t]);
        double weight = share * kept * weight(input, i, t, entropyFloor);
        Surrogate surrogate = surrogate(ratio, advantages[t], policy[t], gammaLogWeight);
        total += weight * surrogate.value();
        gradient[t] += weight * surrogate.dLogProb();
        // A ratio that is clipped may be infinite; it has no slope all the same.
        dLogWeights[t] += surrogate.dRatio() == 0 ? 0 : weight * surrogate.dRatio() * ratio;
        clips.add(this, ratio, advantages[t]);
        if (loss == GrpoLoss.VESPO) {
          metrics.add("vespo/phi_seq_mean", gammaWeight(gammaLogWeight, advantages[t]), 1.0 / n);
        }
        if (beta > 0) {
          double d = policy[t] - input.reference().get(i)[t];
          double importance = weightedKl ? ratio : 1;
          double kl = importance * KlEstimator.K3.value(d);
          total += share * beta * kl;
          gradient[t] += share * beta * importance * KlEstimator.K3.slope(d);
          dLogWeights[t] += weightedKl ? share * beta * kl : 0;
          metrics.add("kl", kl, 1);
        }
      }
      level.spread(dLogWeights, gradient);
      gradients.add(gradient);
      clips.report(this, metrics);
    }
    return new PolicyGradientValue(total, gradients, metrics);
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

  private Surrogate surrogate(
      double ratio, double advantage, double logProb, double gammaLogWeight) {
    return switch (loss.surrogate()) {
      case CLIPPED -> {
        double bounded = delta > 0 ? Math.min(ratio, delta) : ratio;
        double clipped = Math.max(1 - epsilonLow, Math.min(1 + epsilonHigh, ratio)) * advantage;
        boolean free = bounded * advantage <= clipped;
        double slope = free && bounded == ratio ? -advantage : 0;
        yield new Surrogate(-Math.min(bounded * advantage, clipped), slope, 0);
      }
      case CAPPED_WEIGHT -> {
        double weight = Math.min(ratio, epsilonHigh) * advantage;
        yield new Surrogate(-weight * logProb, 0, -weight);
      }
      case SOFT_GATE -> {
        double temperature = advantage > 0 ? gates.sapoPositive() : gates.sapoNegative();
        double gate = 1 / (1 + Math.exp(-temperature * (ratio - 1)));
        yield new Surrogate(
            -4 / temperature * gate * advantage, -4 * gate * (1 - gate) * advantage, 0);
      }
      case GAMMA_WEIGHT -> {
        double weight = gammaWeight(gammaLogWeight, advantage) * advantage;
        yield new Surrogate(-weight * logProb, 0, -weight);
      }
    };
  }

  /** vespo's φ(w) = e^λ · w^k · e^(-λw), a constant in the gradient. */
  private double gammaWeight(double logWeight, double advantage) {
    boolean good = advantage >= 0;
    double k = good ? gates.vespoPositiveK() : gates.vespoNegativeK();
    double lambda = good ? gates.vespoPositiveLambda() : gates.vespoNegativeLambda();
    return Math.exp(lambda + k * logWeight - lambda * Math.exp(logWeight));
  }

  private double gammaLogWeight(RolloutLogProbs input, int i, double[] logRatios) {
    double sum = 0;
    for (double x : logRatios) {
      sum += Math.max(-MAX_LOG_RATIO, Math.min(MAX_LOG_RATIO, x));
    }
    if (!input.importance().isEmpty()) {
      for (double weight : input.importance().get(i)) {
        sum += Math.max(MIN_LOG_WEIGHT, Math.min(MAX_LOG_RATIO, Math.log(weight)));
      }
    }
    return Math.max(MIN_LOG_WEIGHT, Math.min(MAX_LOG_RATIO, sum));
  }

  private boolean offPolicy(double[] logRatios, double[] advantages) {
    double kl = -Arrays.stream(logRatios).average().orElse(0);
    return offPolicyThreshold > 0 && advantages[0] < 0 && kl > offPolicyThreshold;
  }

  /** The quantile of the step's entropies below which tokens do not learn. */
  private double entropyFloor(RolloutLogProbs input) {
    if (!needsEntropies()) {
      return 0;
    }
    if (input.entropies().isEmpty()) {
      throw new IllegalArgumentException("top_entropy_quantile needs the tokens' entropies");
    }
    double[] sorted = input.entropies().stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    double at = (1 - topEntropyQuantile) * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** Counts a completion's clipped ratios. */
  private static final class Clips {
    private final int tokens;
    private double low;
    private double high;

    Clips(int tokens) {
      this.tokens = tokens;
    }

    void add(GrpoObjective settings, double ratio, double advantage) {
      boolean capped = settings.loss == GrpoLoss.CISPO;
      double bound = capped ? settings.epsilonHigh : 1 + settings.epsilonHigh;
      low += ratio < 1 - settings.epsilonLow && advantage < 0 ? 1.0 / tokens : 0;
      high += ratio > bound && advantage > 0 ? 1.0 / tokens : 0;
    }

    void report(GrpoObjective settings, MetricSums metrics) {
      // A sequence has one ratio, so sequences count alike there, as in TRL.
      double weight = settings.level == RatioLevel.TOKEN ? tokens : 1;
      switch (settings.loss.surrogate()) {
        case CLIPPED -> {
          metrics.add("clip_ratio/low_mean", low, weight);
          metrics.add("clip_ratio/high_mean", high, weight);
          metrics.add("clip_ratio/region_mean", low + high, weight);
          metrics.min("clip_ratio/low_min", low);
          metrics.max("clip_ratio/high_max", high);
        }
        case CAPPED_WEIGHT -> metrics.add("cispo_clip_ratio", high, weight);
        case SOFT_GATE, GAMMA_WEIGHT -> {}
      }
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
