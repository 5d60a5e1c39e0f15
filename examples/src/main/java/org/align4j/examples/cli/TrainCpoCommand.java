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
    return new CpoObjective(
        settings.number("beta", 0.1),
        loss,
        settings
            .when(loss.smoothsLabels(), "with loss_type sigmoid or simpo")
            .number("label_smoothing", 0),
        settings.when(loss == CpoLoss.SIMPO, "with loss_type=simpo").number("simpo_gamma", 0.5),
        settings.number("alpha", 0),
        settings.number("cpo_alpha", 1));
  }
}
