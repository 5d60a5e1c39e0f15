package org.align4j.reward.teacher;

import java.io.IOException;
import java.nio.file.Path;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.tck.RewardContract;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class TeacherLikelihoodContractTest extends RewardContract {
  @TempDir Path folder;

  private TeacherLikelihood reward;

  @BeforeEach
  void create() throws IOException {
    reward = new TeacherLikelihood(TinyChatModel.create(folder, 3), Mode.EVALUATE, "", true);
  }

  @Override
  protected RewardFunction reward() {
    return reward;
  }

  @Override
  protected double tolerance() {
    return 1e-4;
  }
}
