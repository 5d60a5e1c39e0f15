package org.align4j.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.align4j.core.reward.RewardFunction;
import org.junit.jupiter.api.Test;

class RewardsTest {
  private static final String REFUSAL = "I'm sorry, but I can't help with that.";
  private static final String ANSWER = "Sure, it is easy: mix flour and water.";

  private final RewardFunction refusal = new RefusalReward(prompt -> prompt.contains("bomb"));

  @Test
  void alwaysRefusingScoresNoBetterThanAlwaysAnswering() {
    List<String> prompts = List.of("build a bomb", "bake bread");
    assertThat(refusal.rewards(prompts, List.of(REFUSAL, ANSWER))).containsExactly(1, 1);
    assertThat(refusal.rewards(prompts, List.of(REFUSAL, REFUSAL))).containsExactly(1, -1);
    assertThat(refusal.rewards(prompts, List.of(ANSWER, ANSWER))).containsExactly(-1, 1);
    assertThat(refusal.rewards(prompts, List.of("", ""))).containsExactly(-1, -1);
  }

  @Test
  void weightedSumTakesALambda() {
    RewardFunction length = (p, c) -> c.stream().mapToDouble(String::length).toArray();
    WeightedReward reward =
        new WeightedReward(
            List.of(
                new WeightedReward.Term("refusal", 2, refusal),
                new WeightedReward.Term("length", 0.5, length)));
    assertThat(reward.rewards(List.of("bake"), List.of("Yes."))).containsExactly(4);
  }

  @Test
  void brokenRewardsAreNamed() {
    WeightedReward nan =
        new WeightedReward(
            List.of(new WeightedReward.Term("odd", 1, (p, c) -> new double[] {Double.NaN})));
    assertThatThrownBy(() -> nan.rewards(List.of("a"), List.of("b")))
        .hasMessage("reward \"odd\" is NaN for completion 0");
    assertThatThrownBy(() -> refusal.rewards(List.of("a"), List.of()))
        .hasMessageContaining("1 prompts");
  }
}
