package org.align4j.examples.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.align4j.core.data.PromptFile;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.run.Settings;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.OnlineTrainer;
import org.align4j.policy.online.OnlineUpdate;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.align4j.policy.train.TrainingTask;
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

  private final String name;
  private final Defaults defaults;

  /** TRL's defaults where they differ between methods. */
  record Defaults(
      double learningRate,
      int generations,
      int epochs,
      int miniBatches,
      int maxCompletionLength,
      double temperature) {}

  OnlineTraining(String name, Defaults defaults) {
    this.name = name;
    this.defaults = defaults;
  }

  /** What a method gets to build its update from. */
  record Parts(
      PolicyModel policy,
      OnlineConfig config,
      double temperature,
      int maxCompletionLength,
      boolean checkpointing,
      Backend backend,
      TrainingOptions options) {

    <E> StepRunner<E> steps(String name, TrainingTask<E> task) {
      return new StepRunner<>(name, task, config.training(), backend, options.out);
    }
  }

  /**
   * A method with its settings.
   *
   * @param reference whether it needs a reference, which full fine-tuning does not have
   * @param generations least completions a prompt; two where they are compared
   * @param update builds updates, once the model is there
   */
  record Method(boolean reference, int generations, Function<Parts, OnlineUpdate> update) {}

  /** Reads the method's settings; called before the model is loaded. */
  abstract Method method(Settings settings);

  @Override
  final Run plan(Settings settings) {
    TrainingConfig training = TrainingOptions.training(settings, defaults.learningRate());
    // Dropout would make the first ratios differ from 1: the sampler runs without it.
    Trained trained = Trained.read(settings, 0, model.adapter);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    OnlineConfig config =
        new OnlineConfig(
            training,
            settings.integer("num_generations", defaults.generations()),
            settings.integer("num_iterations", defaults.epochs()),
            settings.integer("num_mini_batches", defaults.miniBatches()),
            settings.number("missing_eos_penalty", 0),
            settings.number("reward_clip", 0),
            settings.number("kl_budget", 0));
    SamplingParams sampling =
        new SamplingParams(
            settings.integer("max_completion_length", defaults.maxCompletionLength()),
            settings.number("temperature", defaults.temperature()),
            settings.integer("top_k", 0),
            settings.number("top_p", 1),
            settings.number("repetition_penalty", 1),
            training.seed());
    RolloutSampler.requireUnfiltered(sampling);
    int slots = settings.integer("generation_batch_size", 64);
    List<Double> weights = settings.numbers("reward_weights", List.of());
    boolean logCompletions = settings.flag("log_completions", true);
    Method method = method(settings);
    config.requireReferenceForBudget(!trained.full());
    if (trained.full() && method.reference()) {
      throw new IllegalArgumentException(
          name
              + " needs a reference here, which full fine-tuning does not have: train an adapter,"
              + " or set the weight of the KL term to 0 where there is one");
    }
    if (config.generations() < method.generations()) {
      throw new IllegalArgumentException(
          name
              + " compares a prompt's completions: num_generations must be at least "
              + method.generations()
              + ", got "
              + config.generations());
    }
    RewardSpecs specs = RewardSpecs.parse(rewards, weights, data);
    if (trained.full() && specs.needReference()) {
      throw new IllegalArgumentException(
          "a likelihood by self needs the model as training starts, which full fine-tuning does not"
              + " keep: train an adapter, or name the model's folder instead of self");
    }
    String systemPrompt =
        settings
            .when(specs.askModels(), "with a likelihood:MODEL or agreement:MODEL reward")
            .text("teacher_system_prompt", "");
    return used -> {
      TrainingRun run = new TrainingRun(options, model, used);
      PolicyModel policy = run.model(trained, training.seed(), checkpointing);
      Parts parts =
          new Parts(
              policy,
              config,
              sampling.temperature(),
              sampling.maxNewTokens(),
              checkpointing,
              Backends.defaultBackend(),
              options);
      OnlineUpdate update = method.update().apply(parts);
      try (OpenRewards reward = specs.open(policy, systemPrompt)) {
        return run.run(
            surroundings -> {
              OnlineTrainer trainer =
                  new OnlineTrainer(
                      name,
                      sampler(policy, sampling, slots),
                      reward.sum(),
                      update,
                      config,
                      surroundings);
              TrainingLoop.Result result = train(trainer, prompts(policy, data), logCompletions);
              run.save(policy);
              return result;
            });
      }
    };
  }

  private static RolloutSampler sampler(PolicyModel policy, SamplingParams sampling, int slots) {
    return new RolloutSampler(
        policy.transformer(),
        policy.tokenizer(),
        policy.assets().stopTokens(),
        Backends.defaultBackend(),
        sampling,
        slots);
  }

  private static List<OnlinePrompt> prompts(PolicyModel policy, PromptFile file) {
    List<OnlinePrompt> out = new ArrayList<>();
    List<String> texts = file.read();
    for (int i = 0; i < texts.size(); i++) {
      out.add(
          new OnlinePrompt(
              file.path() + ":" + (i + 1), texts.get(i), policy.text().userPrompt(texts.get(i))));
    }
    return out;
  }

  private TrainingLoop.Result train(
      OnlineTrainer trainer, List<OnlinePrompt> prompts, boolean logCompletions)
      throws IOException {
    if (!logCompletions) {
      return trainer.run(prompts, options.resume, round -> {});
    }
    try (CompletionsLog log = new CompletionsLog(options.out, options.resume)) {
      return trainer.run(prompts, options.resume, log);
    }
  }

  /**
   * The weight of the KL penalty, fixed or, in the reward, adaptive.
   *
   * @param inReward whether it is in the reward
   */
  static KlController penalty(Settings settings, double coefficient, boolean inReward) {
    double value = settings.number("kl_coef", coefficient);
    Settings adaptive = settings.when(inReward, "with kl_in=reward");
    double target = adaptive.number("kl_target", 0);
    double horizon =
        adaptive.when(target > 0, "with kl_target above 0").number("kl_horizon", 10_000);
    return target > 0 ? KlController.adaptive(value, target, horizon) : KlController.fixed(value);
  }

  /** What estimates the penalty's KL; null for exact. */
  static KlEstimator rewardEstimator(Settings settings) {
    String name = settings.text("kl_estimator", "k1");
    return name.equals("exact") ? null : KlEstimator.parse(name);
  }

  /** How ratios to another sampler are corrected; null = not at all. */
  static ImportanceCorrection correction(Settings settings) {
    String mode = settings.text("importance_sampling_mode", "off");
    Settings bounds = settings.when(!mode.equals("off"), "with an importance_sampling_mode");
    double low = bounds.number("importance_sampling_clip_min", 0);
    double high = bounds.number("importance_sampling_clip_max", 3);
    return switch (mode) {
      case "off" -> null;
      case "token_truncate" ->
          new ImportanceCorrection(
              ImportanceCorrection.Level.TOKEN, ImportanceCorrection.Mode.TRUNCATE, low, high);
      case "token_mask" ->
          new ImportanceCorrection(
              ImportanceCorrection.Level.TOKEN, ImportanceCorrection.Mode.MASK, low, high);
      case "sequence_truncate" ->
          new ImportanceCorrection(
              ImportanceCorrection.Level.SEQUENCE, ImportanceCorrection.Mode.TRUNCATE, low, high);
      case "sequence_mask" ->
          new ImportanceCorrection(
              ImportanceCorrection.Level.SEQUENCE, ImportanceCorrection.Mode.MASK, low, high);
      default ->
          throw new IllegalArgumentException(
              "importance_sampling_mode is \""
                  + mode
                  + "\"; expected off, token_truncate, token_mask, sequence_truncate or"
                  + " sequence_mask");
    };
  }

  static PolicyGradientUpdate.Settings ratios(
      Parts parts,
      KlController penalty,
      KlEstimator estimator,
      boolean referenceInLoss,
      ImportanceCorrection correction) {
    return new PolicyGradientUpdate.Settings(
        parts.temperature(), penalty, estimator, referenceInLoss, correction);
  }
}
