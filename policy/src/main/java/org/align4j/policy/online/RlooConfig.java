package org.align4j.policy.online;

import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.run.Settings;

/**
 * RLOO, REINFORCE with a leave-one-out baseline (Ahmadian et al. 2024, arXiv 2402.14740); defaults
 * of TRL's {@code RLOOConfig}.
 *
 * @param rollouts how completions are sampled and used; at least two completions a prompt
 * @param epsilon clip range below 1
 * @param epsilonHigh clip range above 1
 * @param beta weight of the KL penalty in the reward, &ge; 0
 */
public record RlooConfig(RolloutConfig rollouts, double epsilon, double epsilonHigh, double beta)
    implements OnlineMethod {

  /** {@return TRL's defaults: 2 completions a prompt, KL weight 0.05} */
  public static RlooConfig defaults() {
    return new RlooConfig(
        RolloutConfig.builder().generations(2).maxCompletionLength(512).build(), 0.2, 0.2, 0.05);
  }

  /**
   * {@return the same with other rollouts}
   *
   * @param value how completions are sampled and used
   */
  public RlooConfig rollouts(RolloutConfig value) {
    return new RlooConfig(value, epsilon, epsilonHigh, beta);
  }

  /**
   * {@return the settings that are given, by the names in docs/settings.md, at TRL's defaults}
   *
   * @param settings what a user set
   */
  public static RlooConfig read(Settings settings) {
    RlooConfig defaults = defaults();
    double low = settings.number("epsilon", defaults.epsilon);
    return new RlooConfig(
        defaults.rollouts.with(settings),
        low,
        settings.number("epsilon_high", low),
        settings.number("beta", defaults.beta));
  }

  @Override
  public String name() {
    return "rloo";
  }

  @Override
  public double learningRate() {
    return 1e-6;
  }

  @Override
  public int leastGenerations() {
    return 2;
  }

  @Override
  public boolean needsReference() {
    return beta > 0;
  }

  @Override
  public OnlineUpdate update(OnlineSetup setup) {
    return PolicyGradientUpdate.withoutCritic(
        setup,
        name(),
        GrpoObjective.rloo(epsilon, epsilonHigh),
        AdvantageEstimator.leaveOneOut(),
        PolicyGradientUpdate.Settings.inReward(
            rollouts.temperature(),
            KlPenalty.inReward(beta),
            ImportanceCorrection.OFF,
            setup.reference()));
  }
}
