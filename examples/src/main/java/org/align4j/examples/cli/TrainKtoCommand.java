package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.KtoLoss;
import org.align4j.core.objective.KtoObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.Reference;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedUnpaired;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingTask;
import org.align4j.policy.train.UnpairedTask;
import picocli.CommandLine.Command;

@Command(
    name = "kto",
    mixinStandardHelpOptions = true,
    description = "KTO, unpaired APO-zero and BCO on prompt/completion/label rows (or pairs).")
final class TrainKtoCommand extends OfflineTraining<TokenizedUnpaired> {
  /** TRL's KTOConfig. */
  private static final double LEARNING_RATE = 1e-6;

  TrainKtoCommand() {
    super("kto", LEARNING_RATE, 0);
  }

  @Override
  Method<TokenizedUnpaired> method(Settings settings, boolean full) {
    KtoObjective objective =
        new KtoObjective(
            settings.number("beta", 0.1),
            KtoLoss.parse(settings.text("loss_type", "kto")),
            settings.number("desirable_weight", 1),
            settings.number("undesirable_weight", 1));
    return new Method<>() {
      @Override
      public List<TokenizedUnpaired> read(Tokenization tokenization, Path file) {
        return tokenization.unpaired(TrlRows.unpaired(file));
      }

      @Override
      public TrainingTask<TokenizedUnpaired> task(
          PolicyModel policy, List<TokenizedUnpaired> examples, TrainingConfig config)
          throws IOException {
        Reference reference =
            full
                ? Reference.of(model.loadBase().transformer())
                : Reference.adapterOff(policy.transformer());
        return new UnpairedTask(policy.transformer(), reference, objective);
      }
    };
  }
}
