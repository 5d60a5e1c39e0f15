package org.align4j.reward.transformer;

import java.io.IOException;
import java.nio.file.Path;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.tck.RewardContract;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class TransformerRewardContractTest extends RewardContract {
  @TempDir Path folder;

  private TransformerReward reward;

  @BeforeEach
  void create() throws IOException {
    reward = TransformerReward.fromLanguageModel(TinyChatModel.create(folder, 3), 1);
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
