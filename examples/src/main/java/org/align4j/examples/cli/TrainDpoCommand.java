package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.Divergence;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.PreferenceTask;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "dpo",
    mixinStandardHelpOptions = true,
    description = "Direct preference optimization on prompt/chosen/rejected rows.")
final class TrainDpoCommand implements Callable<Integer> {
  /** TRL's DPOConfig. */
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
    DpoObjective objective = objective(settings);
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    boolean precompute = settings.flag("precompute_ref_log_probs", lora == null);
    settings.rejectUnknown();
    TrainingRun run = new TrainingRun(options, model, settings);
    PolicyModel policy = run.model(lora, config.seed());
    Tokenization tokenization = new Tokenization(policy.text(), lengths, wrap);
    List<TokenizedPair> pairs = read(tokenization, options.data);
    List<TokenizedPair> held =
        options.evalData == null ? List.of() : read(tokenization, options.evalData);
    PreferenceTask task = new PreferenceTask(policy.transformer(), objective);
    if (precompute) {
      List<TokenizedPair> all = new ArrayList<>(pairs);
      all.addAll(held);
      LanguageModel.Mode mode =
          lora == null ? LanguageModel.Mode.EVALUATE : LanguageModel.Mode.REFERENCE;
      task.precomputeReference(all, config.microBatchTokens(), mode);
    }
    output.print(run.run("dpo", policy, task, config, pairs, held));
    return 0;
  }

  /** Keys and defaults of TRL's DPOConfig. */
  private static DpoObjective objective(Settings settings) {
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

  private static List<TokenizedPair> read(Tokenization tokenization, Path file) {
    return tokenization.pairs(TrlRows.preferences(file));
  }
}
