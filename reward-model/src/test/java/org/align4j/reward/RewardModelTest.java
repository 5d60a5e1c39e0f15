package org.align4j.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.core.data.PreferencePair;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.reward.report.PairReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both kinds of reward models are trained, evaluated, saved and loaded alike. */
class RewardModelTest {
  private static final List<PreferencePair> PAIRS = Fixtures.politePairs();

  @TempDir Path folder;

  private TransformerRewardTrainer transformer() {
    PolicyModel base = Fixtures.model("policy");
    base.transformer().addAdapter(LoraConfig.allLinear(8, 16), 1);
    return RewardTrainer.transformer(base)
        .config(TrainingConfig.builder(0.01).epochs(20).batchSize(4).loggingSteps(1).build())
        .output(folder.resolve("run"));
  }

  private void learnsAndSurvivesSaving(RewardTrainer trainer, Class<? extends RewardModel> kind)
      throws IOException {
    double before;
    try (RewardModel reward = trainer.fit(PAIRS)) {
      PairReport report = reward.evaluate(PAIRS);
      assertThat(report.accuracy().hits()).isEqualTo(PAIRS.size());
      assertThat(reward.score("a goose?", "yes please"))
          .isGreaterThan(reward.score("a goose?", "no way"));
      reward.save(folder.resolve("reward"));
      before = reward.score("a goose?", "yes please");
    }
    try (RewardModel loaded = RewardModel.load(folder.resolve("reward"))) {
      assertThat(loaded).isInstanceOf(kind);
      assertThat(loaded.score("a goose?", "yes please")).isCloseTo(before, within(1e-4));
      assertThat(loaded.times(2).partNames()).containsExactly("reward_model");
    }
    try (RewardModel loaded =
        RewardModel.load(folder.resolve("reward"), Backends.defaultBackend())) {
      assertThat(loaded.score("a goose?", "yes please")).isCloseTo(before, within(1e-4));
    }
  }

  @Test
  void aTransformerWithAScalarHead() throws IOException {
    learnsAndSurvivesSaving(transformer(), TransformerReward.class);
  }

  @Test
  void aHeadOnAnEncoder() throws IOException {
    EncoderRewardConfig config = EncoderRewardConfig.DEFAULT.withEpochs(60).withSeed(1);
    learnsAndSurvivesSaving(RewardTrainer.encoder().config(config), EncoderReward.class);
  }

  @Test
  void marginsAndHeldOutPairsTakePart() {
    TransformerRewardTrainer trainer =
        transformer()
            .config(config -> config.maxSteps(1))
            .evaluateOn(PAIRS.subList(0, 2), Map.of("bread?", 5.0));
    assertThatThrownBy(trainer::result).hasMessage("nothing has been trained yet");
    trainer.fit(PAIRS).close();
    double plain = trainer.result().last().get("loss");
    double held = trainer.result().evaluation().get("eval_loss");
    TransformerRewardTrainer demanding =
        transformer().config(config -> config.maxSteps(1)).margins(Map.of("bread?", 5.0));
    demanding.fit(PAIRS).close();
    // One of four pairs demands 5 more: its loss rises from about ln 2 to about 5.
    assertThat(demanding.result().last().get("loss") - plain).isBetween(0.5, 1.5);
    assertThat(held).isBetween(2.0, 4.0);
  }

  @Test
  void completionsAreNotCut() {
    LengthPolicy cutting = new LengthPolicy(8, LengthPolicy.Mode.KEEP_START);
    TransformerRewardTrainer trainer = transformer();
    assertThatThrownBy(() -> trainer.lengths(cutting))
        .hasMessageContaining("would score answers that were cut");
  }

  @Test
  void aClosedModelScoresNoMore() {
    RewardModel reward = RewardModel.load(Fixtures.folder("reward"));
    assertThat(reward.score("bread?", "yes")).isFinite();
    reward.close();
    reward.close();
    assertThatThrownBy(() -> reward.score("bread?", "yes"))
        .hasMessage("the reward model has been closed");
  }

  @Test
  void missingFoldersAreNamed() {
    assertThatThrownBy(() -> RewardModel.load(folder.resolve("none")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageEndingWith("none: no such folder; expected that of a reward model");
  }
}
