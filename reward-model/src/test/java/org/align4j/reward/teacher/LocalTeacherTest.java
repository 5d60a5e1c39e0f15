package org.align4j.reward.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.Parameter;
import org.align4j.reward.Fixtures;
import org.junit.jupiter.api.Test;

class LocalTeacherTest {
  private static final List<String> PROMPTS = List.of("who bakes the bread?", "a river?");

  /** Greedy answers of random weights are the same token over and over. */
  private static final SamplingParams DRAWN = new SamplingParams(8, 1, 0, 1, 1, 3);

  private final PolicyModel model = Fixtures.model("policy");

  @Test
  void answersAsTheModelGenerates() {
    List<String> drawn;
    List<String> greedy;
    try (TextGenerator generator = new TextGenerator(model, 2, true)) {
      drawn = generator.answers(PROMPTS, DRAWN, Progress.SILENT, "test", () -> false);
      greedy =
          generator.answers(
              PROMPTS, SamplingParams.greedy(8), Progress.SILENT, "test", () -> false);
    }
    assertThat(drawn).doesNotContain("");
    assertThat(new LocalTeacher(model, true, "", DRAWN).answers(PROMPTS)).isEqualTo(drawn);
    assertThat(new LocalTeacher(model, true, "be brief", DRAWN).answers(PROMPTS))
        .isNotEqualTo(drawn);
    assertThat(LocalTeacher.greedy(model, "", 8).answers(PROMPTS)).isEqualTo(greedy);
  }

  @Test
  void theAdapterTakesPartOrDoesNot() {
    List<String> before = new LocalTeacher(model, true, "", DRAWN).answers(PROMPTS);
    model.transformer().addAdapter(LoraConfig.allLinear(4, 8), 1);
    for (Parameter parameter : model.transformer().parameters()) {
      for (int r = 0; r < parameter.value().rows(); r++) {
        for (int c = 0; c < parameter.value().columns(); c++) {
          parameter.value().set(r, c, (r + c) % 2 == 0 ? 0.5f : -0.5f);
        }
      }
    }
    assertThat(new LocalTeacher(model, false, "", DRAWN).answers(PROMPTS)).isEqualTo(before);
    assertThat(new LocalTeacher(model, true, "", DRAWN).answers(PROMPTS)).isNotEqualTo(before);
  }
}
