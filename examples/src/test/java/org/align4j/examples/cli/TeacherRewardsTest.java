package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --reward likelihood:MODEL} and {@code agreement:MODEL|FILE}. */
class TeacherRewardsTest extends CommandTest {

  private int grpo(String... more) throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("p.jsonl"), "{\"prompt\":\"bake bread\"}\n{\"prompt\":\"a river\"}\n");
    List<String> line =
        new ArrayList<>(List.of("train", "grpo", "--model", model(), "--data", data.toString()));
    line.addAll(List.of("--out", folder.resolve("run").toString(), "--json"));
    for (String setting :
        List.of("max_steps=2", "logging_steps=1", "num_generations=2", "max_completion_length=4")) {
      line.addAll(List.of("--set", setting));
    }
    line.addAll(List.of(more));
    return Align4j.run(line.toArray(String[]::new));
  }

  private static String llama() {
    return FIXTURES.resolve("models/llama").toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"likelihood", "likelihood-sum", "agreement"})
  void aModelTeaches(String kind) throws IOException {
    assertThat(grpo("--reward", kind + ":" + llama(), "--reward", "length:3"))
        .as(errors())
        .isZero();
    double mean = lastLine().get("rewards/" + kind + "/mean").asDouble();
    if (kind.equals("agreement")) {
      assertThat(mean).isBetween(-1.0, 1.0);
    } else {
      // Random weights: about ln 320 nats a token, at most five tokens with the end of the turn.
      assertThat(mean).isBetween(kind.equals("likelihood") ? -7.0 : -100.0, -4.0);
    }
    assertThat(lastLine().get("reward").asDouble())
        .isCloseTo(
            mean + lastLine().get("rewards/length/mean").asDouble(),
            org.assertj.core.api.Assertions.within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(strings = {"likelihood:self", "agreement:self"})
  void theModelTeachesItselfUnderASystemPrompt(String spec) throws IOException {
    assertThat(grpo("--reward", spec, "--set", "teacher_system_prompt=be brief"))
        .as(errors())
        .isZero();
    String used = Files.readString(folder.resolve("run/config.json"));
    assertThat(used).contains("\"teacher_system_prompt\" : \"be brief\"");
  }

  @Test
  void recordedAnswersTeach() throws IOException {
    Path answers =
        Files.writeString(
            folder.resolve("a.jsonl"),
            """
            {"prompt":"bake bread","completion":"Mix flour and water."}
            {"prompt":"a river","completion":"I'm sorry, but I can't help with that."}
            """);
    assertThat(grpo("--reward", "agreement:" + answers)).as(errors()).isZero();
    assertThat(lastLine().get("rewards/agreement/mean").asDouble()).isBetween(-1.0, 1.0);
  }

  /** A missing answer is found before the model is loaded, not in the round that needs it. */
  @Test
  void everyPromptNeedsARecordedAnswer() throws IOException {
    Path answers =
        Files.writeString(
            folder.resolve("a.jsonl"), "{\"prompt\":\"bake bread\",\"completion\":\"Mix.\"}\n");
    assertThat(grpo("--reward", "agreement:" + answers)).isEqualTo(1);
    assertThat(errors()).contains("a.jsonl: has no answer to \"a river\"");
    assertThat(folder.resolve("run/config.json")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "likelihood|seed=1|lacks what comes after the colon",
        "agreement:none.jsonl|seed=1|none.jsonl: no such file",
        "likelihood:self|use_peft=false|which full fine-tuning does not keep",
        "length:3|teacher_system_prompt=be brief|has an effect only with a likelihood:MODEL"
      })
  void wrongUseIsFoundBeforeTheModelIsLoaded(String spec, String setting, String message)
      throws IOException {
    assertThat(grpo("--reward", spec, "--set", setting)).as(errors()).isEqualTo(2);
    assertThat(errors()).contains(message);
  }

  @Test
  void rewardsOfOneNameAreRefused() throws IOException {
    assertThat(grpo("--reward", "length:3", "--reward", "length:9")).isEqualTo(2);
    assertThat(errors()).contains("reward names must differ: [length, length]");
  }

  @Test
  void aTeacherThatIsNotThereIsNamed() throws IOException {
    assertThat(grpo("--reward", "likelihood:./no-such-model")).isEqualTo(1);
    assertThat(errors()).contains("./no-such-model: no such file or folder");
  }
}
