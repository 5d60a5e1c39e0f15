package org.align4j.policy.online;

import org.align4j.core.ConfigurationException;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.task.PreferenceTask;

/**
 * Online DPO (Guo et al. 2024, arXiv 2402.04792): of a prompt's completions the best is preferred
 * to the worst; defaults of TRL's {@code OnlineDPOConfig}, but more than two completions a prompt
 * are allowed.
 *
 * @param rollouts how completions are sampled and used; at least two completions a prompt
 * @param objective over the pairs
 */
public record OnlineDpoConfig(RolloutConfig rollouts, DpoObjective objective)
    implements OnlineMethod {

  /** {@return TRL's defaults: 2 completions a prompt, loss sigmoid, beta 0.1} */
  public static OnlineDpoConfig defaults() {
    return new OnlineDpoConfig(
        RolloutConfig.builder().generations(2).maxCompletionLength(64).temperature(0.9).build(),
        DpoObjective.sigmoid(0.1));
  }

  /**
   * {@return the same with other rollouts}
   *
   * @param value how completions are sampled and used
   */
  public OnlineDpoConfig rollouts(RolloutConfig value) {
    return new OnlineDpoConfig(value, objective);
  }

  /**
   * {@return the settings that are given, by the names in docs/settings.md, at TRL's defaults}
   *
   * @param settings what a user set
   */
  public static OnlineDpoConfig read(Settings settings) {
    DpoLoss loss = DpoLoss.parse(settings.text("loss_type", "sigmoid"));
    double smoothing =
        settings
            .when(loss.smoothsLabels(), "with loss_type robust, exo_pair, aot or aot_unpaired")
            .number("label_smoothing", 0);
    return new OnlineDpoConfig(
        defaults().rollouts.with(settings),
        DpoObjective.of(settings.number("beta", 0.1), loss, smoothing));
  }

  @Override
  public String name() {
    return "online-dpo";
  }

  @Override
  public double learningRate() {
    return 5e-7;
  }

  @Override
  public int leastGenerations() {
    return 2;
  }

  @Override
  public boolean needsReference() {
    return true;
  }

  @Override
  public void requireConstrainable() {
    throw new ConfigurationException(
        "online-dpo takes no constraint (over_refusal_target): it asks which completion is better,"
            + " not by how much, so a multiplier has no effect; use ppo, grpo, rloo or"
            + " reinforce-pp");
  }

  @Override
  public OnlineUpdate update(OnlineSetup setup) {
    return new PreferenceUpdate(
        setup.reference(),
        setup.steps(name(), new PreferenceTask(setup.policy(), objective)),
        rollouts.temperature(),
        setup.config());
  }
}
