package org.align4j.examples.cli;

import org.align4j.core.objective.CpoLoss;
import org.align4j.core.objective.CpoObjective;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.run.Settings;
import picocli.CommandLine.Command;

@Command(
    name = "cpo",
    mixinStandardHelpOptions = true,
    description =
        "CPO, SimPO (loss_type=simpo) and AlphaPO (alpha) on prompt/chosen/rejected rows.")
final class TrainCpoCommand extends PairwiseTraining {
  TrainCpoCommand() {
    super("cpo", 1e-6);
  }

  /** Keys and defaults of TRL's CPOConfig. */
  @Override
  PreferenceObjective objective(Settings settings) {
    CpoLoss loss = CpoLoss.parse(settings.text("loss_type", "sigmoid"));
    return CpoObjective.builder()
        .beta(settings.number("beta", 0.1))
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
}
