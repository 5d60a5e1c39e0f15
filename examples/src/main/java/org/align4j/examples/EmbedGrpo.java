package org.align4j.examples;

import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.PromptFile;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.online.GrpoConfig;
import org.align4j.policy.online.RolloutConfig;
import org.align4j.policy.run.CompletionsLogListener;
import org.align4j.policy.run.TrainingResult;
import org.align4j.reward.RewardModel;
import org.align4j.reward.Rewards;

/**
 * GRPO with a reward model and, at a tenth of its weight, a rule for the length. Arguments: model,
 * folder of the reward model, file of prompts, output.
 */
public final class EmbedGrpo {
  private EmbedGrpo() {}

  /**
   * Trains and writes a PEFT adapter.
   *
   * @param arguments model, reward model's folder, prompts and output folder
   */
  public static void main(String... arguments) {
    List<String> prompts = PromptFile.parse(arguments[2]).read();
    train(arguments[0], Path.of(arguments[1]), prompts, Path.of(arguments[3]), 50);
  }

  static TrainingResult train(
      String name, Path rewardModel, List<String> prompts, Path out, int rounds) {
    RolloutConfig rollouts = RolloutConfig.builder().generations(4).maxCompletionLength(64).build();
    try (ChatModel model = ChatModel.load(name).withLora(LoraConfig.allLinear(16, 32));
        RewardModel scores = RewardModel.load(rewardModel)) {
      RewardFunction reward = scores.plus(0.1, Rewards.length(40));
      TrainingResult result =
          Trainer.online(model, GrpoConfig.defaults().rollouts(rollouts), reward)
              .config(c -> c.learningRate(1e-5).maxSteps(rounds))
              .output(out)
              .listen(new CompletionsLogListener(out))
              .fit(prompts);
      model.saveAdapter(out.resolve("adapter"));
      return result;
    }
  }
}
