package org.align4j.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.policy.text.LengthPolicy.Mode;
import org.junit.jupiter.api.Test;

/** FIELD row 1: truncation is a choice, counted, and never removes a completion. */
class LengthPolicyTest {
  private static final int[] PROMPT = {1, 2, 3, 4};
  private static final int[] LONG = {5, 6, 7, 8};
  private static final int[] SHORT = {9};

  @Test
  void shortRowsPass() {
    LengthPolicy policy = new LengthPolicy(8, Mode.ERROR);
    assertThat(policy.apply("r", PROMPT, LONG, SHORT)).isPresent();
    assertThat(policy.truncated() + policy.dropped()).isZero();
  }

  @Test
  void errorNamesTheRowAndTheWayOut() {
    assertThatThrownBy(() -> new LengthPolicy(6, Mode.ERROR).apply("prefs.jsonl:3", PROMPT, LONG))
        .hasMessageStartingWith("prefs.jsonl:3: has 8 tokens, the limit is 6")
        .hasMessageContaining("max_length");
  }

  @Test
  void dropLeavesTheRowOut() {
    LengthPolicy policy = new LengthPolicy(6, Mode.DROP);
    assertThat(policy.apply("r", PROMPT, LONG)).isEmpty();
    assertThat(policy.dropped()).isEqualTo(1);
  }

  @Test
  void keepStartCutsTheCompletionsEndButNeverAllOfIt() {
    LengthPolicy policy = new LengthPolicy(6, Mode.KEEP_START);
    int[][] cut = policy.apply("r", PROMPT, LONG, SHORT).orElseThrow();
    assertThat(cut[0]).containsExactly(PROMPT);
    assertThat(cut[1]).containsExactly(5, 6);
    assertThat(cut[2]).containsExactly(SHORT);
    assertThat(policy.truncated()).isEqualTo(1);
    assertThat(new LengthPolicy(4, Mode.KEEP_START).apply("r", PROMPT, LONG)).isEmpty();
  }

  @Test
  void keepEndCutsThePromptsStart() {
    LengthPolicy policy = new LengthPolicy(6, Mode.KEEP_END);
    int[][] cut = policy.apply("r", PROMPT, LONG, SHORT).orElseThrow();
    assertThat(cut[0]).containsExactly(3, 4);
    assertThat(cut[1]).containsExactly(LONG);
    assertThat(new LengthPolicy(4, Mode.KEEP_END).apply("r", PROMPT, LONG)).isEmpty();
  }
}
