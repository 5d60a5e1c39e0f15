package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.align4j.core.reward.RewardFunction;
import org.junit.jupiter.api.Test;

/** What every {@link RewardFunction} keeps. */
public abstract class RewardContract {

  /** The reward under test. */
  protected abstract RewardFunction reward();

  /** Prompts to score completions of; override for a reward that knows only some. */
  protected List<String> prompts() {
    return List.of("How do I bake bread?", "How do I bake bread?", "Name a colour.", "Say hello.");
  }

  /** One completion a prompt, among them an empty one. */
  protected List<String> completions() {
    return List.of(
        "Sure: mix flour, water, salt and yeast, let it rise and bake it.",
        "I'm sorry, but I can't help with that.",
        "",
        "Hello \uD83D\uDC4B\nHello");
  }

  /** Whether a completion's reward depends on the others of the batch, as when whitened. */
  protected boolean dependsOnTheBatch() {
    return false;
  }

  /** How far two evaluations of the same completion may be apart, for models of float32. */
  protected double tolerance() {
    return 0;
  }

  private void assertClose(double[] got, double[] expected) {
    assertThat(got).hasSize(expected.length);
    for (int i = 0; i < got.length; i++) {
      assertThat(got[i]).as("reward %d", i).isCloseTo(expected[i], within(tolerance()));
    }
  }

  @Test
  void everyCompletionGetsAFiniteNumber() {
    double[] rewards = reward().rewards(prompts(), completions());
    assertThat(rewards).hasSize(completions().size());
    for (int i = 0; i < rewards.length; i++) {
      assertThat(rewards[i]).as("reward of completion %d", i).isFinite();
    }
  }

  @Test
  void sameCompletionsGetTheSameRewards() {
    RewardFunction reward = reward();
    assertClose(reward.rewards(prompts(), completions()), reward.rewards(prompts(), completions()));
  }

  @Test
  void orderDoesNotMatter() {
    double[] rewards = reward().rewards(prompts(), completions());
    double[] reversed = reward().rewards(reversed(prompts()), reversed(completions()));
    double[] back = new double[reversed.length];
    for (int i = 0; i < back.length; i++) {
      back[i] = reversed[reversed.length - 1 - i];
    }
    assertClose(back, rewards);
  }

  private static List<String> reversed(List<String> texts) {
    List<String> out = new ArrayList<>(texts);
    Collections.reverse(out);
    return out;
  }

  @Test
  void aCompletionAloneGetsWhatItGetsAmongOthers() {
    assumeFalse(dependsOnTheBatch(), "the reward looks at a whole batch");
    double[] together = reward().rewards(prompts(), completions());
    double[] alone = new double[together.length];
    for (int i = 0; i < alone.length; i++) {
      alone[i] = reward().rewards(prompts().subList(i, i + 1), completions().subList(i, i + 1))[0];
    }
    assertClose(alone, together);
  }

  @Test
  void noCompletionsGetNoRewards() {
    assertThat(reward().rewards(List.of(), List.of())).isEmpty();
  }

  @Test
  void unequalNumbersAreRefused() {
    assertThatThrownBy(() -> reward().rewards(prompts(), completions().subList(0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(prompts().size()));
    assertThatThrownBy(() -> reward().rewards(prompts().subList(0, 1), completions()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(completions().size()));
  }
}
