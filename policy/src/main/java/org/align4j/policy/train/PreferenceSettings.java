package org.align4j.policy.train;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.objective.CpoLoss;
import org.align4j.core.objective.CpoObjective;
import org.align4j.core.objective.Divergence;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.OrpoObjective;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.run.Settings;

/** Reads objectives over preference pairs from settings; keys and defaults are TRL's. */
public final class PreferenceSettings {
  private static final double BETA = 0.1;

  private PreferenceSettings() {}

  /**
   * DPO and its family: the keys of TRL's {@code DPOConfig}.
   *
   * @param settings what a user set
   * @return the objective
   */
  public static PreferenceObjective dpo(Settings settings) {
    List<DpoLoss> losses =
        settings.texts("loss_type", List.of("sigmoid")).stream().map(DpoLoss::parse).toList();
    List<Double> weights = new ArrayList<>();
    List<Double> given = settings.numbers("loss_weights", List.of());
    for (int i = 0; i < Math.max(losses.size(), given.size()); i++) {
      weights.add(i < given.size() ? given.get(i) : 1.0);
    }
    Settings scored =
        settings.when(
            losses.stream().anyMatch(DpoLoss::seesScores), "with a loss_type that sees scores");
    Divergence divergence = Divergence.parse(scored.text("f_divergence_type", "reverse_kl"));
    return DpoObjective.builder()
        .beta(settings.number("beta", BETA))
        .losses(losses, weights)
        .divergence(divergence)
        .alphaCoefficient(
            scored
                .when(
                    divergence == Divergence.ALPHA_DIVERGENCE,
                    "with f_divergence_type=alpha_divergence")
                .number("f_alpha_divergence_coef", 0.5))
        .labelSmoothing(
            settings
                .when(
                    losses.stream().anyMatch(DpoLoss::smoothsLabels),
                    "with loss_type robust, exo_pair, aot or aot_unpaired")
                .number("label_smoothing", 0))
        .discopopTau(
            settings
                .when(losses.contains(DpoLoss.DISCOPOP), "with loss_type=discopop")
                .number("discopop_tau", 0.05))
        .ldAlpha(settings.number("ld_alpha", 1))
        .weighting(settings.flag("use_weighting", false))
        .build();
  }

  /**
   * CPO, SimPO and AlphaPO: the keys of TRL's {@code CPOConfig}.
   *
   * @param settings what a user set
   * @return the objective
   */
  public static PreferenceObjective cpo(Settings settings) {
    CpoLoss loss = CpoLoss.parse(settings.text("loss_type", "sigmoid"));
    return CpoObjective.builder()
        .beta(settings.number("beta", BETA))
        .loss(loss)
        .labelSmoothing(
            settings
                .when(loss.smoothsLabels(), "with loss_type sigmoid or simpo")
                .number("label_smoothing", 0))
        .simpoGamma(
            settings.when(loss == CpoLoss.SIMPO, "with loss_type=simpo").number("simpo_gamma", 0.5))
        .alpha(settings.number("alpha", 0))
        .cpoAlpha(settings.number("cpo_alpha", 1))
        .build();
  }

  /**
   * ORPO: the keys of TRL's {@code ORPOConfig}.
   *
   * @param settings what a user set
   * @return the objective
   */
  public static PreferenceObjective orpo(Settings settings) {
    return new OrpoObjective(settings.number("beta", BETA));
  }
}
