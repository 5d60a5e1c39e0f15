package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.KtoLoss;
import org.align4j.core.objective.KtoObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedUnpaired;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.UnpairedTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "kto",
    mixinStandardHelpOptions = true,
    description = "KTO, unpaired APO-zero and BCO on prompt/completion/label rows (or pairs).")
final class TrainKtoCommand implements Callable<Integer> {
  /** TRL's KTOConfig. */
  private static final double LEARNING_RATE = 1e-6;

  @Mixin ModelOptions model;
  @Mixin TrainingOptions options;
  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    Settings settings = options.settings();
    TrainingConfig config = TrainingOptions.training(settings, LEARNING_RATE);
    LoraConfig lora = TrainingOptions.lora(settings);
    LengthPolicy lengths = TrainingOptions.lengths(settings);
    KtoObjective objective =
        new KtoObjective(
            settings.number("beta", 0.1),
            KtoLoss.parse(settings.text("loss_type", "kto")),
            settings.number("desirable_weight", 1),
            settings.number("undesirable_weight", 1));
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    settings.rejectUnknown();
    TrainingRun run = new TrainingRun(options, model, settings);
    PolicyModel policy = run.model(lora, config.seed());
    PolicyModel reference = lora == null ? model.loadBase() : policy;
    Tokenization tokenization = new Tokenization(policy.text(), lengths, wrap);
    List<TokenizedUnpaired> examples = read(tokenization, options.data);
    List<TokenizedUnpaired> held =
        options.evalData == null ? List.of() : read(tokenization, options.evalData);
    UnpairedTask task = new UnpairedTask(policy.transformer(), reference.transformer(), objective);
    output.print(run.run("kto", policy, task, config, examples, held));
    return 0;
  }

  private static List<TokenizedUnpaired> read(Tokenization tokenization, Path file) {
    return tokenization.unpaired(TrlRows.unpaired(file));
  }
}
