package org.align4j.policy.online;

import org.align4j.core.ConfigurationException;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.run.Settings;

/**
 * GRPO and its family, GSPO among them (Shao et al. 2024, arXiv 2402.03300); defaults of TRL's
 * {@code GRPOConfig}.
 *
 * @param rollouts how completions are sampled and used; at least two completions a prompt
 * @param objective the surrogate with its KL term; its completion length is that of the rollouts
 * @param scale {@code scale_rewards}, what a group's rewards are divided by
 * @param correction for a sampler whose log-probs differ from the trainer's
 */
public record GrpoConfig(
    RolloutConfig rollouts,
    GrpoObjective objective,
    GroupBaseline.Scale scale,
    ImportanceCorrection correction)
    implements OnlineMethod {

  /** {@return TRL's defaults: 8 completions a prompt, loss dapo, no KL term} */
  public static GrpoConfig defaults() {
    return new GrpoConfig(
        RolloutConfig.builder().generations(8).maxCompletionLength(512).build(),
        GrpoObjective.of(GrpoLoss.DAPO, 0, 512),
        GroupBaseline.Scale.GROUP,
        ImportanceCorrection.OFF);
  }

  /**
   * {@return the same with other rollouts}
   *
   * @param value how completions are sampled and used
   */
  public GrpoConfig rollouts(RolloutConfig value) {
    return new GrpoConfig(value, objective, scale, correction);
  }

  /**
   * {@return the same with another objective}
   *
   * @param value the surrogate with its KL term
   */
  public GrpoConfig objective(GrpoObjective value) {
    return new GrpoConfig(rollouts, value, scale, correction);
  }

  /**
   * {@return the settings that are given, by the names in docs/settings.md, at TRL's defaults}
   *
   * @param settings what a user set
   */
  public static GrpoConfig read(Settings settings) {
    GrpoConfig defaults = defaults();
    return new GrpoConfig(
        defaults.rollouts.with(settings),
        GrpoSettings.objective(settings),
        GroupBaseline.Scale.parse(settings.text("scale_rewards", "group")),
        ImportanceSettings.read(settings));
  }

  @Override
  public String name() {
    return "grpo";
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
    return objective.needsReference();
  }

  @Override
  public void requireConstrainable() {
    if (scale == GroupBaseline.Scale.GROUP) {
      throw new ConfigurationException(
          "a constraint of grpo (over_refusal_target) needs scale_rewards none or batch: where the"
              + " completions of a prompt differ in their cost alone, division by their own"
              + " deviation cancels its multiplier");
    }
  }

  @Override
  public OnlineUpdate update(OnlineSetup setup) {
    return PolicyGradientUpdate.withoutCritic(
        setup,
        name(),
        objective.withMaxCompletionLength(rollouts.maxCompletionLength()),
        AdvantageEstimator.group(scale),
        new PolicyGradientUpdate.Settings(
            rollouts.temperature(),
            KlController.fixed(0),
            KlEstimator.K1,
            objective.needsReference(),
            correction,
            setup.reference()));
  }
}
