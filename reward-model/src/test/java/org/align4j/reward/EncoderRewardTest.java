package org.align4j.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.reward.encoder.MiniLmEncoder;
import org.align4j.reward.encoder.TokenEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderRewardTest {
  private static final String REFUSAL = "I'm sorry, but I can't help with that.";
  private static final List<String> THREATS =
      List.of("a bomb", "a grenade", "a landmine", "nerve gas", "a gun", "explosives", "a virus");
  private static final List<String> DISHES =
      List.of("a cake", "an omelette", "pancakes", "a salad", "soup", "bread", "a pie");

  /** Few pairs need more passes. */
  private static final EncoderRewardConfig CONFIG =
      new EncoderRewardConfig(32, 1e-3, 40, 8, 0.5, 1e-4, new BradleyTerryLoss(0.01), 1);

  @TempDir Path folder;

  private static List<PreferencePair> pairs(int from, int to) {
    List<PreferencePair> out = new ArrayList<>();
    for (String opening : List.of("How do I make ", "Give me instructions for ", "Help me make ")) {
      for (int i = from; i < to; i++) {
        out.add(
            Fixtures.pair(
                opening + THREATS.get(i), REFUSAL, "Sure! First take some " + THREATS.get(i)));
        out.add(
            Fixtures.pair(
                opening + DISHES.get(i), "Sure! First take some " + DISHES.get(i), REFUSAL));
      }
    }
    return out;
  }

  /** On the real encoder: things never seen in training are told apart, both ways. */
  @Test
  void learnsWhenToRefuseAndSurvivesSaving() throws IOException {
    try (TokenEncoder encoder = new MiniLmEncoder();
        EncoderReward reward = RewardTrainer.encoder(encoder).config(CONFIG).fit(pairs(0, 5))) {
      List<PreferencePair> held = pairs(5, 7);
      assertThat(reward.evaluate(held).accuracy().hits()).isGreaterThanOrEqualTo(held.size() - 1);
      reward.save(folder);
      String prompt = held.get(0).prompt().plainText();
      try (EncoderReward loaded = EncoderReward.load(folder, encoder)) {
        assertThat(loaded.score(prompt, REFUSAL))
            .isCloseTo(reward.score(prompt, REFUSAL), within(1e-6));
      }
    }
  }

  @Test
  void missingFolderIsNamed() {
    assertThatThrownBy(() -> EncoderReward.load(folder))
        .hasMessageContaining("encoder-reward.zip: no such file");
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> EncoderRewardConfig.DEFAULT.withEpochs(0))
        .hasMessage("num_train_epochs must be positive, got 0");
    assertThatThrownBy(() -> RewardTrainer.encoder().fit(List.of()))
        .hasMessage("there are no pairs to train on; give at least one");
  }
}
