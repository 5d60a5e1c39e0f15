package org.align4j.examples.cli;

import org.align4j.core.data.TrlRows;
import org.align4j.core.data.UnpairedExample;
import org.align4j.core.objective.KtoLoss;
import org.align4j.core.objective.KtoObjective;
import org.align4j.policy.Trainer;
import org.align4j.policy.train.LearningRates;
import picocli.CommandLine.Command;

@Command(
    name = "kto",
    mixinStandardHelpOptions = true,
    description = "KTO, unpaired APO-zero and BCO on prompt/completion/label rows (or pairs).")
final class TrainKtoCommand extends OfflineTraining<UnpairedExample> {
  TrainKtoCommand() {
    super(
        "kto",
        LearningRates.UNPAIRED,
        0,
        TrlRows::unpaired,
        (settings, full) -> {
          KtoObjective objective =
              new KtoObjective(
                  settings.number("beta", 0.1),
                  KtoLoss.parse(settings.text("loss_type", "kto")),
                  settings.number("desirable_weight", 1),
                  settings.number("undesirable_weight", 1));
          return chat -> Trainer.unpaired(chat, objective);
        });
  }
}
