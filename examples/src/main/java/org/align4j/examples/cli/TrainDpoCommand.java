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
    List<String> given = settings.texts("loss_weights", List.of());
    for (int i = 0; i < Math.max(losses.size(), given.size()); i++) {
      weights.add(
          i < given.size() && !given.get(i).isEmpty() ? Double.parseDouble(given.get(i)) : 1.0);
    }
    return new DpoObjective(
        settings.number("beta", 0.1),
        losses,
        weights,
        Divergence.parse(settings.text("f_divergence_type", "reverse_kl")),
        settings.number("f_alpha_divergence_coef", 0.5),
        settings.number("label_smoothing", 0),
        settings.number("discopop_tau", 0.05),
        settings.number("ld_alpha", 1),
        settings.flag("use_weighting", false));
  }
}
