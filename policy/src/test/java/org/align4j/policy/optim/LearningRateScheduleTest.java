package org.align4j.policy.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingConfigBuilder;
import org.junit.jupiter.api.Test;

/** Schedules and warm-up as transformers counts them. */
class LearningRateScheduleTest {

  private static double rate(TrainingConfigBuilder config, String schedule, long step) {
    return config.schedule(LearningRateSchedule.parse(schedule)).build().rate(step, 0, 25);
  }

  /** transformers: math.ceil(total * ratio); 2.5 steps were rounded to 2 or 3 as it happened. */
  @Test
  void aShareOfTheStepsIsRoundedUp() {
    assertThat(rate(TrainingConfig.builder(1).warmupRatio(0.05), "linear", 1))
        .as("ceil(1.25) = 2")
        .isEqualTo(0.5);
    assertThat(rate(TrainingConfig.builder(1).warmupRatio(0.01), "linear", 0))
        .as("ceil(0.25) = 1")
        .isZero();
  }

  @Test
  void warmupStepsWinOverTheShare() {
    TrainingConfigBuilder config = TrainingConfig.builder(1).warmupRatio(0.5).warmupSteps(4);
    assertThat(rate(config, "cosine", 1)).isEqualTo(0.25);
    assertThat(rate(config, "cosine", 4)).isEqualTo(1);
    assertThat(config.build().toBuilder().build().warmupSteps()).isEqualTo(4);
    assertThatThrownBy(() -> TrainingConfig.builder(1).warmupSteps(-1).build())
        .hasMessageContaining("warmup_steps must not be negative");
  }

  @Test
  void constantHasNoWarmup() {
    TrainingConfigBuilder config = TrainingConfig.builder(1).warmupSteps(10);
    assertThat(rate(config, "constant", 0)).isEqualTo(1);
    assertThat(rate(config, "constant_with_warmup", 0)).isZero();
    assertThat(rate(config, "constant_with_warmup", 5)).isEqualTo(0.5);
    assertThat(rate(config, "constant_with_warmup", 24)).isEqualTo(1);
  }

  @Test
  void linearFallsToZero() {
    assertThat(rate(TrainingConfig.builder(1).warmupSteps(5), "linear", 15))
        .isCloseTo(0.5, within(1e-12));
    assertThatThrownBy(() -> LearningRateSchedule.parse("cosin"))
        .hasMessageContaining("constant_with_warmup");
  }
}
