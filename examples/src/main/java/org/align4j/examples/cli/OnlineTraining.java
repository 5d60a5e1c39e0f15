package org.align4j.examples.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.PromptFile;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.policy.run.CompletionsLogListener;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingSettings;
import org.align4j.reward.spec.OpenRewards;
import org.align4j.reward.spec.RewardSpecs;
import picocli.CommandLine.Option;

/** Training on the model's own completions: PPO, GRPO, RLOO, REINFORCE++, online DPO. */
abstract class OnlineTraining extends Training {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE[:COLUMN]",
      converter = ExistingPrompts.class,
      description =
          "Prompts: JSONL, JSON, CSV or text lines; without a column a usual name is looked for."
              + " Recorded completions are not read.")
  PromptFile data;

  @Option(names = "--reward", required = true, paramLabel = "SPEC", description = RewardSpecs.HELP)
  List<String> rewards = new ArrayList<>();

  private final Function<Settings, OnlineMethod> method;
  private final double learningRate;

  /**
   * A command for a method.
   *
   * @param defaults of the method
   * @param method reads the method's settings
   */
  OnlineTraining(OnlineMethod defaults, Function<Settings, OnlineMethod> method) {
    this.method = method;
    learningRate = defaults.learningRate();
  }

  @Override
  final Run plan(Settings settings) {
    TrainingConfig training =
        TrainingSettings.read(settings, TrainingConfig.defaults(learningRate));
    // Dropout would make the first ratios differ from 1: the sampler runs without it.
    Trained trained = Trained.read(settings, 0, model.adapter);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    List<Double> weights = settings.numbers("reward_weights", List.of());
    boolean logCompletions = settings.flag("log_completions", true);
    OnlineMethod read = method.apply(settings);
    read.check(training, !trained.full());
    RewardSpecs specs = RewardSpecs.parse(rewards, weights, data);
    if (trained.full() && specs.needReference()) {
      throw new ConfigurationException(
          "a likelihood by self needs the model as training starts, which full fine-tuning does not"
              + " keep: train an adapter, or name the model's folder instead of self");
    }
    String systemPrompt =
        settings
            .when(specs.askModels(), "with a likelihood:MODEL or agreement:MODEL reward")
            .text("teacher_system_prompt", "");
    return used -> {
      ChatModel trainable = trained.load(model, training.seed(), checkpointing);
      try (OpenRewards opened = specs.open(trainable.parts(), systemPrompt, Bars.FACTORY)) {
        Trainer<String> trainer = Trainer.online(trainable, read, opened.sum()).config(training);
        if (logCompletions) {
          trainer.listen(new CompletionsLogListener(options.out));
        }
        return new TrainingRun(options, used).fit(trainer, data.read(), trainable);
      }
    };
  }
}
