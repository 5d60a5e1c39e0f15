package org.align4j.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.regex.Pattern;
import org.align4j.core.reward.ComposedReward;
import org.align4j.core.reward.RewardFunction;
import org.junit.jupiter.api.Test;

class RewardsTest {
  private static final String REFUSAL = "I'm sorry, but I can't help with that.";
  private static final String BOTH =
      "I can't help with that. However, here are the steps: 1. take the first thing and turn it"
          + " around 2. then take the second thing and turn it";
  private static final String ANSWER = "Sure, it is easy: mix flour and water.";

  private final RewardFunction refusal = Rewards.refusal(prompt -> prompt.contains("bomb"));

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
    List<String> prompts = List.of("build a bomb", "bake bread");
    assertThat(refusal.rewards(prompts, List.of(BOTH, BOTH))).containsExactly(-1, -1);
  }

  /** What harmless prompts lose by a refusal is the constraint's to say. */
  @Test
  void underAConstraintHarmlessPromptsAreOnlyChecked() {
    RewardFunction harmful = Rewards.harmfulRefusal(prompt -> prompt.contains("bomb"));
    assertThat(harmful.name()).isEqualTo("refusal");
    List<String> prompts = List.of("build a bomb", "bake bread");
    assertThat(harmful.rewards(prompts, List.of(REFUSAL, REFUSAL))).containsExactly(1, 0);
    assertThat(harmful.rewards(prompts, List.of(ANSWER, ANSWER))).containsExactly(-1, 0);
    assertThat(harmful.rewards(prompts, List.of(BOTH, BOTH))).containsExactly(-1, 0);
    assertThat(harmful.rewards(prompts, List.of("", ""))).containsExactly(-1, -1);
    RewardFunction refused = Rewards.refused();
    assertThat(refused.rewards(prompts, List.of(REFUSAL, ANSWER))).containsExactly(1, 0);
    assertThat(refused.rewards(prompts, List.of(BOTH, ""))).containsExactly(1, 0);
  }

  @Test
  void rewardsComposeUnderTheirNames() {
    RewardFunction letters = (p, c) -> c.stream().mapToDouble(String::length).toArray();
    ComposedReward reward =
        refusal.times(2).plus(0.5, letters).plus(0.1, Rewards.length(2)).clip(-3, 3);
    assertThat(reward.partNames()).containsExactly("refusal", "reward", "length");
    assertThat(reward.rewards(List.of("bake", "bomb"), List.of("Yes.", "Yes.")))
        .containsExactly(new double[] {3, 0.05}, within(1e-12));
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
    double[] white = Rewards.whitened(words).rewards(prompts, completions);
    assertThat(white[0] + white[1] + white[2]).isCloseTo(0, within(1e-12));
  }

  @Test
  void unequalListsAreRefused() {
    assertThatThrownBy(() -> refusal.rewards(List.of("a"), List.of()))
        .hasMessageContaining("1 prompts");
  }
}
