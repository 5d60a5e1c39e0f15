package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.SftLoss;
import org.align4j.core.run.Settings;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.train.SupervisedTask;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedDemonstration;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingTask;
import picocli.CommandLine.Command;

@Command(
    name = "sft",
    mixinStandardHelpOptions = true,
    description = "Supervised fine-tuning on prompt/completion rows.")
final class TrainSftCommand extends OfflineTraining<TokenizedDemonstration> {
  /** TRL's SFTConfig. */
  private static final double LEARNING_RATE = 2e-5;

  /** TRL's ModelConfig; the other trainers disable dropout. */
  private static final double LORA_DROPOUT = 0.05;

  TrainSftCommand() {
    super("sft", LEARNING_RATE, LORA_DROPOUT);
  }

  @Override
  Method<TokenizedDemonstration> method(Settings settings, boolean full) {
    SftLoss loss = SftLoss.parse(settings.text("loss_type", "nll"));
    return new Method<>() {
      @Override
      public List<TokenizedDemonstration> read(Tokenization tokenization, Path file) {
        return tokenization.demonstrations(TrlRows.demonstrations(file));
      }

      @Override
      public TrainingTask<TokenizedDemonstration> task(
          PolicyModel policy, List<TokenizedDemonstration> examples, TrainingConfig config) {
        return new SupervisedTask(policy.transformer(), loss);
      }
    };
  }
}
