package org.align4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.policy.ChatModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.run.TrainingResult;
import org.align4j.reward.RewardModel;
import org.align4j.reward.RewardTrainer;
import org.align4j.reward.Rewards;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples about rewards do what they say. */
class EmbedRewardsTest {
  private static final Path FIXTURES =
      Path.of(URI.create(EmbedRewardsTest.class.getResource("/parity").toString()));

  @TempDir Path folder;

  @Test
  void rewardModelsOfBothKinds() throws Exception {
    List<PreferencePair> pairs = TrlRows.preferences(FIXTURES.resolve("pairs.jsonl"));
    RewardTrainer transformer =
        EmbedReward.transformer(FIXTURES.resolve("models/policy").toString(), folder);
    assertThat(EmbedReward.train(transformer, pairs, folder.resolve("transformer")))
        .isBetween(0.0, 1.0);
    assertThat(EmbedReward.train(RewardTrainer.encoder(), pairs, folder.resolve("encoder")))
        .isGreaterThan(0.5);
    for (String kind : List.of("transformer", "encoder")) {
      try (RewardModel reward = RewardModel.load(folder.resolve(kind))) {
        assertThat(reward.score("a river?", "The Ouse.")).as(kind).isFinite();
      }
      Path out = folder.resolve("grpo-" + kind);
      String model = FIXTURES.resolve("models/policy").toString();
      TrainingResult result =
          EmbedGrpo.train(model, folder.resolve(kind), List.of("a river?", "geese?"), out, 2);
      assertThat(result.last()).containsKeys("rewards/reward_model/mean", "rewards/length/mean");
      assertThat(out.resolve("completions.jsonl")).isNotEmptyFile();
      assertThat(out.resolve("adapter/adapter_model.safetensors")).exists();
    }
  }

  @Test
  void aTeacherAsTheReward() {
    List<String> prompts = List.of("a river?", "geese?", "bread?", "a town?");
    ChatModel student =
        ChatModel.load(FIXTURES.resolve("models/policy").toString())
            .withLora(LoraConfig.allLinear(16, 32));
    ChatModel teacher = ChatModel.load(FIXTURES.resolve("models/llama").toString());
    TrainingResult result =
        EmbedTeacherReward.train(student, Rewards.likelihood(teacher), prompts, 4, folder);
    assertThat(result.steps()).isEqualTo(100);
    // A uniform distribution over the 320 tokens gives -5.77 nats a token.
    assertThat(result.last().get("reward")).isBetween(-7.0, -4.0);
  }
}
