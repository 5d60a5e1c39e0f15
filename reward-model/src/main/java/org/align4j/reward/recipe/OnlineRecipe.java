package org.align4j.reward.recipe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.PromptFile;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.online.Critic;
import org.align4j.policy.online.GrpoConfig;
import org.align4j.policy.online.OnlineDpoConfig;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.policy.online.PpoConfig;
import org.align4j.policy.online.ReinforcePlusPlusConfig;
import org.align4j.policy.online.RlooConfig;
import org.align4j.policy.run.CompletionsLogListener;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingSettings;
import org.align4j.reward.Rewards;
import org.align4j.reward.TransformerReward;
import org.align4j.reward.spec.OpenRewards;
import org.align4j.reward.spec.RewardSpecs;

/** Training on the model's own completions: PPO, GRPO, RLOO, REINFORCE++, online DPO. */
public final class OnlineRecipe implements Recipe {
  private final Task task;
  private final double learningRate;
  private final Function<Settings, OnlineMethod> method;

  /**
   * What is trained on.
   *
   * @param prompts to complete; their rows may say {@code harmful} for the refusal reward
   * @param rewards specs as {@link RewardSpecs#HELP} lists them; their sum is maximised
   * @param adapter that training goes on from
   */
  public record Task(PromptFile prompts, List<String> rewards, Optional<Path> adapter) {
    /**
     * Copies the list.
     *
     * @param prompts to complete; their rows may say {@code harmful} for the refusal reward
     * @param rewards specs as {@link RewardSpecs#HELP} lists them; their sum is maximised
     * @param adapter that training goes on from
     */
    public Task {
      rewards = List.copyOf(rewards);
    }
  }

  private OnlineRecipe(Task task, OnlineMethod defaults, Function<Settings, OnlineMethod> method) {
    this.task = task;
    this.method = method;
    learningRate = defaults.learningRate();
  }

  /**
   * {@return PPO with a critic}
   *
   * @param task prompts, rewards and the adapter to go on from
   */
  public static OnlineRecipe ppo(Task task) {
    return new OnlineRecipe(task, PpoConfig.defaults(), OnlineRecipe::ppo);
  }

  /**
   * {@return GRPO and its family, GSPO included}
   *
   * @param task prompts, rewards and the adapter to go on from
   */
  public static OnlineRecipe grpo(Task task) {
    return new OnlineRecipe(task, GrpoConfig.defaults(), GrpoConfig::read);
  }

  /**
   * {@return REINFORCE with a leave-one-out baseline}
   *
   * @param task prompts, rewards and the adapter to go on from
   */
  public static OnlineRecipe rloo(Task task) {
    return new OnlineRecipe(task, RlooConfig.defaults(), RlooConfig::read);
  }

  /**
   * {@return REINFORCE++}
   *
   * @param task prompts, rewards and the adapter to go on from
   */
  public static OnlineRecipe reinforcePlusPlus(Task task) {
    return new OnlineRecipe(
        task, ReinforcePlusPlusConfig.defaults(), ReinforcePlusPlusConfig::read);
  }

  /**
   * {@return DPO on the best and the worst of the model's own completions}
   *
   * @param task prompts, rewards and the adapter to go on from
   */
  public static OnlineRecipe onlineDpo(Task task) {
    return new OnlineRecipe(task, OnlineDpoConfig.defaults(), OnlineDpoConfig::read);
  }

  private static OnlineMethod ppo(Settings settings) {
    return PpoConfig.defaults().critic(critic(settings.text("critic", "separate"))).with(settings);
  }

  private static Critic critic(String kind) {
    if (kind.equals("separate")) {
      return Critic.SEPARATE;
    }
    if (kind.equals("shared")) {
      return Critic.SHARED;
    }
    Path folder = Path.of(kind);
    if (!Files.isDirectory(folder)) {
      throw new ConfigurationException(
          "critic is \"" + kind + "\"; expected separate, shared or the folder of a reward model");
    }
    return source -> source.startingAs(TransformerReward.load(folder).model());
  }

  @Override
  public Plan plan(Settings settings) {
    TrainingConfig training =
        TrainingSettings.read(settings, TrainingConfig.defaults(learningRate));
    // Dropout would make the first ratios differ from 1: the sampler runs without it.
    TrainedWeights weights = TrainedWeights.read(settings, 0, task.adapter());
    List<Double> rewardWeights = settings.numbers("reward_weights", List.of());
    boolean logCompletions = settings.flag("log_completions", true);
    OverRefusalSettings overRefusal = OverRefusalSettings.read(settings);
    OnlineMethod read = overRefusal.constrain(method.apply(settings), task.prompts());
    read.check(training, !weights.full());
    RewardSpecs specs =
        RewardSpecs.parse(
            task.rewards(),
            rewardWeights,
            task.prompts(),
            overRefusal.on() ? Rewards::harmfulRefusal : Rewards::refusal);
    if (weights.full() && specs.needReference()) {
      throw new ConfigurationException(
          "a likelihood by self needs the model as training starts, which full fine-tuning does not"
              + " keep: train an adapter, or name the model's folder instead of self");
    }
    String systemPrompt =
        settings
            .when(specs.askModels(), "with a likelihood:MODEL or agreement:MODEL reward")
            .text("teacher_system_prompt", "");
    return (base, folder) -> {
      ChatModel model = weights.load(base, training.seed());
      folder.writeSettings(settings);
      try (OpenRewards opened = specs.open(model.parts(), systemPrompt, folder.progress())) {
        Trainer<String> trainer = Trainer.online(model, read, opened.sum()).config(training);
        if (logCompletions) {
          trainer.listen(new CompletionsLogListener(folder.path()));
        }
        return folder.fit(trainer, task.prompts().read(), model);
      }
    };
  }
}
