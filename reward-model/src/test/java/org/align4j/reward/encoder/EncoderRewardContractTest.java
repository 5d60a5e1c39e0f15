package org.align4j.reward.encoder;

import java.util.List;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.Progress;
import org.align4j.core.tck.RewardContract;
import org.junit.jupiter.api.BeforeAll;

class EncoderRewardContractTest extends RewardContract {
  private static EncoderReward reward;

  @BeforeAll
  static void train() {
    EncoderRewardTrainer trainer =
        new EncoderRewardTrainer(8, 1e-3, 1, 2, 0.5, 1e-4, new BradleyTerryLoss(0.01), 1);
    List<EncoderRewardTrainer.Pair> pairs =
        List.of(
            new EncoderRewardTrainer.Pair("How do I bake bread?", "Mix flour and water.", "No."),
            new EncoderRewardTrainer.Pair("Say hello.", "Hello!", "I'm sorry, I can't."));
    reward = trainer.train(new MiniLmEncoder(), pairs, Progress.SILENT);
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
