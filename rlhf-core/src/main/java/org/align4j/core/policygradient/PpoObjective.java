package org.align4j.core.policygradient;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.metric.MetricSums;

/**
 * Proximal policy optimization's clipped surrogate (Schulman et al. 2017, arXiv 1707.06347, Eq. 7)
 * with an optional dual clip (Ye et al. 2020, arXiv 1912.09729, Eq. 5) and an optional KL term.
 *
 * <p>Per token, with ratio r = π/π_old and advantage A: -min(rA, clip(r, 1-low, 1+high)·A); for A
 * &lt; 0 not below dualClip·A. Values equal OpenRLHF 0.11's {@code PolicyLoss} to rounding.
 * REINFORCE++ (Hu 2025, arXiv 2501.03262) is this objective with its own advantages.
 *
 * <p>{@link #builder} sets the options by name.
 */
public final class PpoObjective implements PolicyGradientObjective {
  private static final double MAX_LOG_RATIO = 20;
  private static final double MAX_KL_WEIGHT = 10;

  private final double clipLow;
  private final double clipHigh;
  private final double dualClip;
  private final boolean tokenMean;
  private final double klCoefficient;
  private final KlEstimator klEstimator;

  PpoObjective(PpoObjectiveBuilder options) {
    clipLow = options.clipLow;
    clipHigh = options.clipHigh;
    dualClip = options.dualClip;
    tokenMean = options.tokenMean;
    klCoefficient = options.klCoefficient;
    klEstimator = options.klEstimator;
  }

  /** {@return options at the defaults of standard PPO} */
  public static PpoObjectiveBuilder builder() {
    return new PpoObjectiveBuilder();
  }

  /**
   * {@return standard PPO: one clip range, token mean, KL not in the loss}
   *
   * @param clipRange ε on both sides of 1, ≥ 0
   */
  public static PpoObjective of(double clipRange) {
    return builder().clipRange(clipRange).build();
  }

  @Override
  public boolean needsReference() {
    return klCoefficient > 0;
  }

  @Override
  public PolicyGradientValue evaluate(RolloutLogProbs input, RolloutCounts counts) {
    MetricSums metrics = new MetricSums();
    List<double[]> gradients = new ArrayList<>(input.size());
    double loss = 0;
    for (int i = 0; i < input.size(); i++) {
      double[] policy = input.policy().get(i);
      double share =
          tokenMean ? 1.0 / counts.tokens() : 1.0 / ((double) counts.completions() * policy.length);
      double[] gradient = new double[policy.length];
      for (int t = 0; t < policy.length; t++) {
        double weight = share * (input.importance().isEmpty() ? 1 : input.importance().get(i)[t]);
        double raw = policy[t] - input.old().get(i)[t];
        double ratio = Math.exp(Math.max(-MAX_LOG_RATIO, Math.min(MAX_LOG_RATIO, raw)));
        double slope = Math.abs(raw) > MAX_LOG_RATIO ? 0 : ratio;
        double advantage = input.advantages().get(i)[t];
        double surrogate = ratio * advantage;
        double clipped = Math.max(1 - clipLow, Math.min(1 + clipHigh, ratio)) * advantage;
        double value = Math.min(surrogate, clipped);
        double floor = dualClip * advantage;
        boolean atFloor = dualClip > 0 && advantage < 0 && value < floor;
        loss -= weight * (atFloor ? floor : value);
        gradient[t] = surrogate <= clipped && !atFloor ? -weight * slope * advantage : 0;
        if (klCoefficient > 0) {
          double d = policy[t] - input.reference().get(i)[t];
          loss += klCoefficient * share * klEstimator.value(d);
          gradient[t] +=
              klCoefficient * share * Math.min(ratio, MAX_KL_WEIGHT) * KlEstimator.unbiasedSlope(d);
          metrics.add("objective/kl_" + klEstimator.label(), klEstimator.value(d), 1);
        }
        metrics.add("policy/clipfrac_avg", clipped < surrogate ? 1 : 0, 1);
        // Schulman's k2 between the old and the new policy, which TRL calls approxkl.
        metrics.add("policy/approxkl_avg", raw * raw / 2, 1);
        metrics.add("policy/kl_to_old", -raw, 1);
        metrics.add("val/ratio", ratio, 1);
      }
      gradients.add(gradient);
    }
    return new PolicyGradientValue(loss, gradients, metrics);
  }
}
