package org.align4j.policy.online;

import org.align4j.core.ConfigurationException;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.Gae;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.KlMeasure;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.PpoObjectiveBuilder;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.core.run.Settings;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.task.ActorCriticTask;

/**
 * PPO with a critic (Schulman et al. 2017, arXiv 1707.06347); defaults of TRL's {@code PPOConfig}.
 *
 * @param rollouts how completions are sampled and used; {@code iterations} is TRL's {@code
 *     num_ppo_epochs}
 * @param surrogate clip ranges; its KL term is set by the penalty
 * @param penalty KL to the reference
 * @param values how the critic learns
 * @param returns how rewards become advantages
 * @param correction for a sampler whose log-probs differ from the trainer's
 */
public record PpoConfig(
    RolloutConfig rollouts,
    Surrogate surrogate,
    KlPenalty penalty,
    Values values,
    Returns returns,
    ImportanceCorrection correction)
    implements OnlineMethod {

  /**
   * The clipped surrogate.
   *
   * @param clipRange ε below 1
   * @param clipRangeHigh ε above 1
   * @param dualClip {@code dual_clip}, bound for negative advantages, above 1; 0 = none
   * @param tokenLevel {@code token_level_loss}, whether all tokens of a step count alike; otherwise
   *     all completions do
   */
  public record Surrogate(
      double clipRange, double clipRangeHigh, double dualClip, boolean tokenLevel) {

    Surrogate with(Settings settings) {
      double clip = settings.number("cliprange", clipRange);
      boolean alike = clipRange == clipRangeHigh;
      return new Surrogate(
          clip,
          settings.number("cliprange_high", alike ? clip : clipRangeHigh),
          settings.number("dual_clip", dualClip),
          settings.flag("token_level_loss", tokenLevel));
    }

    PpoObjectiveBuilder objective() {
      return PpoObjective.builder()
          .clipRange(clipRange)
          .clipHigh(clipRangeHigh)
          .dualClip(dualClip)
          .tokenMean(tokenLevel);
    }
  }

  /**
   * How the critic learns.
   *
   * @param critic where values come from
   * @param clipRange {@code cliprange_value}
   * @param coefficient {@code vf_coef}, weight of the value loss
   */
  public record Values(Critic critic, double clipRange, double coefficient) {}

  /**
   * How rewards become advantages, by generalised advantage estimation.
   *
   * @param gamma discount, in [0, 1]
   * @param lambda {@code lam}, in [0, 1]
   * @param whiten {@code whiten_rewards}
   */
  public record Returns(double gamma, double lambda, boolean whiten) {}

  /** {@return TRL's defaults with a separate critic} */
  public static PpoConfig defaults() {
    return new PpoConfig(
        RolloutConfig.builder().iterations(4).maxCompletionLength(53).temperature(0.7).build(),
        new Surrogate(0.2, 0.2, 0, true),
        KlPenalty.inReward(0.05),
        new Values(Critic.SEPARATE, 0.2, 0.1),
        new Returns(1, 0.95, false),
        ImportanceCorrection.OFF);
  }

  /**
   * {@return the same with other rollouts}
   *
   * @param value how completions are sampled and used
   */
  public PpoConfig rollouts(RolloutConfig value) {
    return new PpoConfig(value, surrogate, penalty, values, returns, correction);
  }

  /**
   * {@return the same with another KL penalty}
   *
   * @param value KL to the reference
   */
  public PpoConfig penalty(KlPenalty value) {
    return new PpoConfig(rollouts, surrogate, value, values, returns, correction);
  }

  /**
   * {@return the same with another critic}
   *
   * @param critic where values come from
   */
  public PpoConfig critic(Critic critic) {
    Values changed = new Values(critic, values.clipRange, values.coefficient);
    return new PpoConfig(rollouts, surrogate, penalty, changed, returns, correction);
  }

  /**
   * {@return the same with the settings that are given, by the names in docs/settings.md}
   *
   * @param settings what a user set
   */
  public PpoConfig with(Settings settings) {
    String place = settings.text("kl_in", penalty.inLoss() ? "loss" : "reward");
    if (!place.equals("reward") && !place.equals("loss")) {
      throw new ConfigurationException("kl_in is \"" + place + "\"; expected reward or loss");
    }
    return new PpoConfig(
        rollouts.with(settings),
        surrogate.with(settings),
        penalty.in(place.equals("loss")).with(settings),
        new Values(
            values.critic,
            settings.number("cliprange_value", values.clipRange),
            settings.number("vf_coef", values.coefficient)),
        new Returns(
            settings.number("gamma", returns.gamma),
            settings.number("lam", returns.lambda),
            settings.flag("whiten_rewards", returns.whiten)),
        ImportanceSettings.read(settings));
  }

  @Override
  public String name() {
    return "ppo";
  }

  @Override
  public double learningRate() {
    return 3e-6;
  }

  @Override
  public int leastGenerations() {
    return 1;
  }

  @Override
  public boolean needsReference() {
    return penalty.coefficient() > 0;
  }

  @Override
  public OnlineUpdate update(OnlineSetup setup) {
    ActorCritic both = values.critic.from(setup.critics());
    KlMeasure estimator = penalty.estimator();
    PpoObjectiveBuilder objective = surrogate.objective();
    if (penalty.inLoss() && estimator instanceof KlEstimator sampled) {
      objective.klCoefficient(penalty.coefficient()).klEstimator(sampled);
    }
    ActorCriticTask task =
        new ActorCriticTask(
            both,
            objective.build(),
            new ValueLoss(values.clipRange),
            values.coefficient,
            rollouts.temperature());
    return new PolicyGradientUpdate(
        both,
        setup.steps(name(), task),
        AdvantageEstimator.ppo(new Gae(returns.gamma, returns.lambda), returns.whiten),
        new PolicyGradientUpdate.Settings(
            rollouts.temperature(),
            penalty.controller(),
            estimator,
            penalty.inLoss(),
            correction,
            setup.reference()),
        setup.config());
  }
}
