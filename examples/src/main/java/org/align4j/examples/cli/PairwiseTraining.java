package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.PreferenceTask;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import picocli.CommandLine.Mixin;

/** Training on prompt/chosen/rejected rows by any preference objective. */
abstract class PairwiseTraining implements Callable<Integer> {
  @Mixin ModelOptions model;
  @Mixin TrainingOptions options;
  @Mixin JsonOutput output;

  private final String name;
  private final double learningRate;

  /**
   * Names the trainer.
   *
   * @param learningRate TRL's default
   */
  PairwiseTraining(String name, double learningRate) {
    this.name = name;
    this.learningRate = learningRate;
  }

  abstract PreferenceObjective objective(Settings settings);

  @Override
  public Integer call() throws IOException {
    Settings settings = options.settings();
    TrainingConfig config = TrainingOptions.training(settings, learningRate);
    LoraConfig lora = TrainingOptions.lora(settings);
    LengthPolicy lengths = TrainingOptions.lengths(settings);
    PreferenceObjective objective = objective(settings);
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    boolean precompute =
        objective.needsReference() && settings.flag("precompute_ref_log_probs", lora == null);
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
    output.print(run.run(name, policy, task, config, pairs, held));
    return 0;
  }

  private static List<TokenizedPair> read(Tokenization tokenization, Path file) {
    return tokenization.pairs(TrlRows.preferences(file));
  }
}
