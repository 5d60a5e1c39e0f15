package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.SftLoss;
import org.align4j.core.run.Settings;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.SupervisedTask;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedDemonstration;
import org.align4j.policy.train.TrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "sft",
    mixinStandardHelpOptions = true,
    description = "Supervised fine-tuning on prompt/completion rows.")
final class TrainSftCommand implements Callable<Integer> {
  /** TRL's SFTConfig. */
  private static final double LEARNING_RATE = 2e-5;

  @Mixin ModelOptions model;
  @Mixin TrainingOptions options;
  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    Settings settings = options.settings();
    TrainingConfig config = TrainingOptions.training(settings, LEARNING_RATE);
    LoraConfig lora = TrainingOptions.lora(settings);
    LengthPolicy lengths = TrainingOptions.lengths(settings);
    SftLoss loss = SftLoss.parse(settings.text("loss_type", "nll"));
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    settings.rejectUnknown();
    TrainingRun run = new TrainingRun(options, model, settings);
    PolicyModel policy = run.model(lora, config.seed());
    Tokenization tokenization = new Tokenization(policy.text(), lengths, wrap);
    List<TokenizedDemonstration> examples = read(tokenization, options.data);
    List<TokenizedDemonstration> held =
        options.evalData == null ? List.of() : read(tokenization, options.evalData);
    SupervisedTask task = new SupervisedTask(policy.transformer(), loss);
    output.print(run.run("sft", policy, task, config, examples, held));
    return 0;
  }

  private static List<TokenizedDemonstration> read(Tokenization tokenization, Path file) {
    return tokenization.demonstrations(TrlRows.demonstrations(file));
  }
}
