package org.align4j.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.regex.Pattern;
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
  void decliningAndThenAnsweringScoresOnNeitherSide() {
    String both =
        "I can't help with that. However, here are the steps: 1. take the first thing and turn it"
            + " around 2. then take the second thing and turn it";
    List<String> prompts = List.of("build a bomb", "bake bread");
    assertThat(refusal.rewards(prompts, List.of(both, both))).containsExactly(-1, -1);
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
  void productNeedsAllParts() {
    RewardFunction half = (p, c) -> new double[] {0.25};
    WeightedReward reward =
        new WeightedReward(
            List.of(
                new WeightedReward.Term("half", 0.5, half),
                new WeightedReward.Term("one", 1, (p, c) -> new double[] {3})),
            true);
    assertThat(reward.rewards(List.of("a"), List.of("b"))).containsExactly(1.5);
    assertThat(reward.parts(List.of("a"), List.of("b"))).containsOnlyKeys("half", "one");
  }

  @Test
  void rulesByHand() {
    List<String> prompts = List.of("a", "a", "a");
    List<String> completions = List.of("one two", "one", "");
    assertThat(Rewards.length(2).rewards(prompts, completions)).containsExactly(1, 0.5, 0);
    assertThat(Rewards.matches(Pattern.compile("two")).rewards(prompts, completions))
        .containsExactly(1, 0, 0);
    assertThat(Rewards.format(Pattern.compile("\\w+ \\w+")).rewards(prompts, completions))
        .containsExactly(1, 0, 0);
    RewardFunction words = Rewards.ofCompletion(String::length);
    assertThat(Rewards.clipped(words, 1, 5).rewards(prompts, completions)).containsExactly(5, 3, 1);
    double[] white = Rewards.whitened(words).rewards(prompts, completions);
    assertThat(white[0] + white[1] + white[2]).isCloseTo(0, within(1e-12));
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
