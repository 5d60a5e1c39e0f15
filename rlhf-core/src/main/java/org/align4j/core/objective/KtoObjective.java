package org.align4j.core.objective;

import org.align4j.core.ConfigurationException;

/**
 * Unpaired preference optimization: KTO, unpaired APO-zero, BCO.
 *
 * <p>Loss = (1/N) Σ_i weight_i · loss(±(β · log-ratio_i - z)), N the completions of the step,
 * tokens summed. z is a constant in the gradient. Values equal TRL's {@code KTOTrainer} 1.16 to
 * rounding.
 *
 * @param beta scale of the rewards, &gt; 0
 * @param loss the member of the family
 * @param desirableWeight weight of good completions, ≥ 0
 * @param undesirableWeight weight of bad completions, ≥ 0
 */
public record KtoObjective(
    double beta, KtoLoss loss, double desirableWeight, double undesirableWeight)
    implements UnpairedObjective {

  /**
   * Checks ranges.
   *
   * @param beta scale of the rewards, &gt; 0
   * @param loss the member of the family
   * @param desirableWeight weight of good completions, ≥ 0
   * @param undesirableWeight weight of bad completions, ≥ 0
   */
  public KtoObjective {
    if (!(beta > 0)) {
      throw new ConfigurationException("beta must be positive, got " + beta);
    }
    if (desirableWeight < 0 || undesirableWeight < 0) {
      throw new ConfigurationException(
          "desirable_weight and undesirable_weight must not be negative, got "
              + desirableWeight
              + " and "
              + undesirableWeight);
    }
  }

  @Override
  public ReferencePoint referencePoint() {
    return loss.referencePoint();
  }

  @Override
  public UnpairedValue evaluate(
      UnpairedLogProbs input, double referencePoint, long stepCompletions) {
    SequenceScores policy = SequenceScores.of(input.policy(), false);
    SequenceScores reference = SequenceScores.of(input.reference(), false);
    double[] rewards = new double[input.size()];
    double[] gradient = new double[input.size()];
    double sum = 0;
    for (int i = 0; i < rewards.length; i++) {
      rewards[i] = beta * (policy.values()[i] - reference.values()[i]);
      boolean good = input.desirable()[i];
      double sign = good ? 1 : -1;
      double x = sign * (rewards[i] - referencePoint);
      double weight = (good ? desirableWeight : undesirableWeight) / stepCompletions;
      sum += weight * loss.value(x);
      gradient[i] = weight * beta * sign * loss.slope(x);
    }
    return new UnpairedValue(sum, policy.tokenGradients(gradient, 0), rewards);
  }
}
