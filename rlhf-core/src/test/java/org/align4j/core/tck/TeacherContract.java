package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.align4j.core.distillation.Teacher;
import org.junit.jupiter.api.Test;

/** What every {@link Teacher} keeps; it is asked greedily, so that it answers alike every time. */
public abstract class TeacherContract {

  /** The teacher under test, at temperature 0. */
  protected abstract Teacher teacher();

  /** Prompts with different answers; override for a teacher that knows only some. */
  protected List<String> prompts() {
    return List.of("How do I bake bread?", "Name a colour.", "Say hello.");
  }

  @Test
  void everyPromptGetsAnAnswer() {
    assertThat(teacher().answers(prompts())).hasSameSizeAs(prompts()).doesNotContainNull();
  }

  @Test
  void answersComeInThePromptsOrder() {
    List<String> answers = new ArrayList<>(teacher().answers(prompts()));
    assertThat(answers).as("prompts with different answers").doesNotHaveDuplicates();
    List<String> reversed = new ArrayList<>(prompts());
    Collections.reverse(reversed);
    Collections.reverse(answers);
    assertThat(teacher().answers(reversed)).isEqualTo(answers);
  }

  @Test
  void repeatedPromptsAreAnsweredEachTime() {
    String prompt = prompts().get(0);
    List<String> answers = teacher().answers(List.of(prompt, prompts().get(1), prompt));
    assertThat(answers).hasSize(3);
    assertThat(answers.get(2)).isEqualTo(answers.get(0));
  }

  @Test
  void noPromptsGetNoAnswers() {
    assertThat(teacher().answers(List.of())).isEmpty();
  }
}
