package org.align4j.examples.cli;

import org.align4j.core.data.Demonstration;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.SftLoss;
import org.align4j.policy.Trainer;
import org.align4j.policy.train.LearningRates;
import picocli.CommandLine.Command;

@Command(
    name = "sft",
    mixinStandardHelpOptions = true,
    description = "Supervised fine-tuning on prompt/completion rows.")
final class TrainSftCommand extends OfflineTraining<Demonstration> {
  /** TRL's ModelConfig; the other trainers disable dropout. */
  private static final double LORA_DROPOUT = 0.05;

  TrainSftCommand() {
    super(
        "sft",
        LearningRates.SUPERVISED,
        LORA_DROPOUT,
        TrlRows::demonstrations,
        (settings, full) -> {
          SftLoss loss = SftLoss.parse(settings.text("loss_type", "nll"));
          return chat -> Trainer.supervised(chat, loss);
        });
  }
}
