package org.align4j.reward.encoder;

import java.util.List;
import org.align4j.core.data.Content;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.tck.RewardContract;
import org.align4j.reward.EncoderRewardConfig;
import org.align4j.reward.RewardModel;
import org.align4j.reward.RewardTrainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class EncoderRewardContractTest extends RewardContract {
  private static RewardModel reward;

  @BeforeAll
  static void train() {
    reward =
        RewardTrainer.encoder()
            .config(EncoderRewardConfig.DEFAULT.withEpochs(1))
            .fit(
                List.of(
                    pair("How do I bake bread?", "Mix flour and water.", "No."),
                    pair("Say hello.", "Hello!", "I'm sorry, I can't.")));
  }

  private static PreferencePair pair(String prompt, String chosen, String rejected) {
    return new PreferencePair(
        "test", Content.user(prompt), Content.assistant(chosen), Content.assistant(rejected));
  }

  @AfterAll
  static void close() {
    reward.close();
  }

  @Override
  protected RewardFunction reward() {
    return reward;
  }

  @Override
  protected double tolerance() {
    return 1e-5;
  }
}
