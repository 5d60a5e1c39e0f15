package org.align4j.policy.online;

import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.run.Settings;

/**
 * REINFORCE++: PPO's clip without a critic (Hu 2025, arXiv 2501.03262); defaults of OpenRLHF.
 *
 * @param rollouts how completions are sampled and used
 * @param surrogate clip ranges
 * @param penalty KL to the reference, in the reward
 * @param gamma discount, in [0, 1]
 * @param baseline whether the mean reward of a prompt's completions is taken off
 * @param correction for a sampler whose log-probs differ from the trainer's
 */
public record ReinforcePlusPlusConfig(
    RolloutConfig rollouts,
    PpoConfig.Surrogate surrogate,
    KlPenalty penalty,
    double gamma,
    boolean baseline,
    ImportanceCorrection correction)
    implements OnlineMethod {

  /** {@return OpenRLHF's defaults: clip range 0.2, KL weight 0.01} */
  public static ReinforcePlusPlusConfig defaults() {
    return new ReinforcePlusPlusConfig(
        RolloutConfig.builder().maxCompletionLength(512).build(),
        new PpoConfig.Surrogate(0.2, 0.2, 0, true),
        KlPenalty.inReward(0.01),
        1,
        false,
        ImportanceCorrection.OFF);
  }

  /**
   * {@return the same with other rollouts}
   *
   * @param value how completions are sampled and used
   */
  public ReinforcePlusPlusConfig rollouts(RolloutConfig value) {
    return new ReinforcePlusPlusConfig(value, surrogate, penalty, gamma, baseline, correction);
  }

  /**
   * {@return the settings that are given, by the names in docs/settings.md, at OpenRLHF's defaults}
   *
   * @param settings what a user set
   */
  public static ReinforcePlusPlusConfig read(Settings settings) {
    ReinforcePlusPlusConfig defaults = defaults();
    return new ReinforcePlusPlusConfig(
        defaults.rollouts.with(settings),
        defaults.surrogate.with(settings),
        defaults.penalty.with(settings),
        settings.number("gamma", defaults.gamma),
        settings.flag("baseline", defaults.baseline),
        ImportanceSettings.read(settings));
  }

  @Override
  public String name() {
    return "reinforce-pp";
  }

  @Override
  public double learningRate() {
    return 1e-6;
  }

  @Override
  public int leastGenerations() {
    return baseline ? 2 : 1;
  }

  @Override
  public boolean needsReference() {
    return penalty.coefficient() > 0;
  }

  @Override
  public OnlineUpdate update(OnlineSetup setup) {
    return PolicyGradientUpdate.withoutCritic(
        setup,
        name(),
        surrogate.objective().build(),
        AdvantageEstimator.reinforcePlusPlus(gamma, baseline),
        PolicyGradientUpdate.Settings.inReward(
            rollouts.temperature(), penalty, correction, setup.reference()));
  }
}
