package org.align4j.examples;

import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.PromptFile;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.online.Critic;
import org.align4j.policy.online.PpoConfig;
import org.align4j.policy.run.TrainingResult;

/**
 * PPO with a lambda as the reward: answers of about 200 characters are rewarded. Arguments: model,
 * file of prompts, output.
 */
public final class EmbedPpo {
  private static final double WANTED = 200;

  private EmbedPpo() {}

  /**
   * Trains and writes a PEFT adapter.
   *
   * @param arguments model, prompts and output folder
   */
  public static void main(String... arguments) {
    List<String> prompts = PromptFile.parse(arguments[1]).read();
    train(arguments[0], prompts, Path.of(arguments[2]), 50);
  }

  static TrainingResult train(String name, List<String> prompts, Path out, int rounds) {
    RewardFunction length =
        (asked, answers) ->
            answers.stream().mapToDouble(a -> -Math.abs(a.length() - WANTED) / WANTED).toArray();
    try (ChatModel model = ChatModel.load(name).withLora(LoraConfig.allLinear(16, 32))) {
      TrainingResult result =
          Trainer.online(model, PpoConfig.defaults().critic(Critic.SHARED), length)
              .config(c -> c.learningRate(1e-5).maxSteps(rounds))
              .output(out)
              .fit(prompts);
      model.saveAdapter(out.resolve("adapter"));
      return result;
    }
  }
}
