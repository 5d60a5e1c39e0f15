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
import org.align4j.policy.run.TrainingResult;
import org.align4j.reward.Rewards;

/**
 * Distillation from a teacher as the reward: GRPO on how likely the teacher finds an answer. The
 * tokenizers may differ. Arguments: student, teacher, prompts, output.
 */
public final class EmbedTeacherReward {
  private EmbedTeacherReward() {}

  /**
   * Trains and writes a PEFT adapter.
   *
   * @param names student, teacher, prompts and output folder
   */
  public static void main(String... names) {
    Path out = Path.of(names[3]);
    try (ChatModel student = ChatModel.load(names[0]).withLora(LoraConfig.allLinear(16, 32));
        ChatModel teacher = ChatModel.load(names[1])) {
      RewardFunction reward = Rewards.likelihood(teacher).plus(0.1, Rewards.length(40));
      train(student, reward, PromptFile.parse(names[2]).read(), 64, out);
      student.saveAdapter(out.resolve("adapter"));
    }
  }

  static TrainingResult train(
      ChatModel student, RewardFunction reward, List<String> prompts, int tokens, Path out) {
    RolloutConfig rollouts =
        RolloutConfig.builder().generations(8).maxCompletionLength(tokens).build();
    return Trainer.online(student, GrpoConfig.defaults().rollouts(rollouts), reward)
        .config(c -> c.learningRate(1e-4).maxSteps(100).batchSize(4))
        .output(out)
        .fit(prompts);
  }
}
