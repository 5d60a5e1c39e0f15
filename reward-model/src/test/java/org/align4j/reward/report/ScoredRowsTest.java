package org.align4j.reward.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.align4j.core.data.Content;
import org.align4j.core.data.Demonstration;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.Progress;
import org.junit.jupiter.api.Test;

class ScoredRowsTest {
  private static final RewardFunction LENGTH =
      (prompts, completions) -> completions.stream().mapToDouble(String::length).toArray();

  @Test
  void demonstrationsAreScoredAsPlainText() {
    Demonstration row =
        new Demonstration("rows:1", Content.user("Name a river."), Content.assistant("Rhine"));
    ScoredRows scored = ScoredRows.of(LENGTH, List.of(row), Progress.SILENT);
    assertThat(scored.prompts()).containsExactly(row.prompt().plainText());
    assertThat(scored.completions()).containsExactly(row.completion().plainText());
    assertThat(scored.rewards()).containsExactly(row.completion().plainText().length());
  }
}
