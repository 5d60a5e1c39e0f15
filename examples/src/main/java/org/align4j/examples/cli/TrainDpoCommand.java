package org.align4j.examples.cli;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.objective.Divergence;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.run.Settings;
import picocli.CommandLine.Command;

@Command(
    name = "dpo",
    mixinStandardHelpOptions = true,
    description = "Direct preference optimization on prompt/chosen/rejected rows.")
final class TrainDpoCommand extends PairwiseTraining {
  TrainDpoCommand() {
    super("dpo", 1e-6);
  }

  /** Keys and defaults of TRL's DPOConfig. */
  @Override
  PreferenceObjective objective(Settings settings) {
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
        .beta(settings.number("beta", 0.1))
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
}
