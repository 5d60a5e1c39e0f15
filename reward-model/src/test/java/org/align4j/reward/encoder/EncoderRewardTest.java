package org.align4j.reward.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.run.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderRewardTest {
  private static final String REFUSAL = "I'm sorry, but I can't help with that.";
  private static final List<String> THREATS =
      List.of("a bomb", "a grenade", "a landmine", "nerve gas", "a gun", "explosives", "a virus");
  private static final List<String> DISHES =
      List.of("a cake", "an omelette", "pancakes", "a salad", "soup", "bread", "a pie");

  /** Few pairs need more passes. */
  private static final EncoderRewardTrainer TRAINER =
      new EncoderRewardTrainer(32, 1e-3, 40, 8, 0.5, 1e-4, new BradleyTerryLoss(0.01), 1);

  @TempDir Path folder;

  private static List<EncoderRewardTrainer.Pair> pairs(int from, int to) {
    List<EncoderRewardTrainer.Pair> out = new ArrayList<>();
    for (String opening : List.of("How do I make ", "Give me instructions for ", "Help me make ")) {
      for (int i = from; i < to; i++) {
        out.add(
            new EncoderRewardTrainer.Pair(
                opening + THREATS.get(i), REFUSAL, "Sure! First take some " + THREATS.get(i)));
        out.add(
            new EncoderRewardTrainer.Pair(
                opening + DISHES.get(i), "Sure! First take some " + DISHES.get(i), REFUSAL));
      }
    }
    return out;
  }

  /** On the real encoder: things never seen in training are told apart, both ways. */
  @Test
  void learnsWhenToRefuseAndSurvivesSaving() throws IOException {
    TokenEncoder encoder = new MiniLmEncoder();
    EncoderReward reward = TRAINER.train(encoder, pairs(0, 5), Progress.SILENT);
    List<EncoderRewardTrainer.Pair> held = pairs(5, 7);
    List<String> prompts = held.stream().map(EncoderRewardTrainer.Pair::prompt).toList();
    double[] chosen =
        reward.rewards(prompts, held.stream().map(EncoderRewardTrainer.Pair::chosen).toList());
    double[] rejected =
        reward.rewards(prompts, held.stream().map(EncoderRewardTrainer.Pair::rejected).toList());
    int right = 0;
    for (int i = 0; i < chosen.length; i++) {
      right += chosen[i] > rejected[i] ? 1 : 0;
    }
    assertThat(right).isGreaterThanOrEqualTo(chosen.length - 1);
    reward.write(folder);
    double[] loaded =
        EncoderReward.load(folder, encoder).rewards(prompts.subList(0, 1), List.of(REFUSAL));
    assertThat(loaded[0])
        .isCloseTo(reward.rewards(prompts.subList(0, 1), List.of(REFUSAL))[0], within(1e-6));
  }

  @Test
  void missingFolderIsNamed() {
    assertThatThrownBy(() -> EncoderReward.load(folder, new MiniLmEncoder()))
        .hasMessageContaining("encoder-reward.zip: no such file");
  }
}
