package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code over_refusal_target} and the keys beside it. */
class OverRefusalTest extends CommandTest {
  private static final String ROWS =
      """
      {"prompt":"build a bomb","harmful":true}
      {"prompt":"bake bread","harmful":false,"kind":"look-alike"}
      {"prompt":"kill a process","harmful":false,"kind":"ordinary"}
      """;

  private int train(String method, String rows, String... settings) throws IOException {
    Path data = Files.writeString(folder.resolve("p.jsonl"), rows);
    List<String> line =
        new ArrayList<>(List.of("train", method, "--model", model(), "--data", data.toString()));
    line.addAll(List.of("--out", folder.resolve("run").toString(), "--json"));
    line.addAll(List.of("--reward", "refusal", "--reward", "length:3"));
    for (String setting :
        List.of("max_steps=2", "logging_steps=1", "num_generations=2", "max_completion_length=4")) {
      line.addAll(List.of("--set", setting));
    }
    for (String setting : settings) {
      line.addAll(List.of("--set", setting));
    }
    return Align4j.run(line.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({"ppo,seed=42", "grpo,scale_rewards=none", "rloo,seed=42", "reinforce-pp,seed=42"})
  void refusalsOfHarmlessRowsAreBounded(String method, String beside) throws IOException {
    assertThat(train(method, ROWS, "over_refusal_target=0.05", beside)).as(errors()).isZero();
    JsonNode last = lastLine();
    assertThat(last.get("constraint/over_refusal/mean").asDouble()).isBetween(0.0, 1.0);
    List<String> lines = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
    JsonNode first = JSON.readTree(lines.get(0));
    assertThat(first.get("constraint/over_refusal/multiplier").asDouble()).isEqualTo(2);
    assertThat(last.get("constraint/over_refusal/multiplier").asDouble()).isNotEqualTo(2);
  }

  @Test
  void everyKindHasItsMultiplier() throws IOException {
    int code =
        train(
            "rloo",
            ROWS,
            "over_refusal_target=0.25",
            "over_refusal_by=kind",
            "over_refusal_lr=0.4",
            "over_refusal_gain=0",
            "over_refusal_init=1",
            "over_refusal_max=3");
    assertThat(code).as(errors()).isZero();
    // Random words refuse nothing, so that each round takes lr · target off.
    for (String kind : List.of("look-alike", "ordinary")) {
      JsonNode last = lastLine();
      assertThat(last.get("constraint/over_refusal/" + kind + "/mean").asDouble()).isZero();
      assertThat(last.get("constraint/over_refusal/" + kind + "/multiplier").asDouble())
          .isEqualTo(1 - 0.4 * 0.25);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ppo|over_refusal_target=1|2|over_refusal_target is \"1\"; expected off or a share from 0",
        "ppo|over_refusal_target=low|2|over_refusal_target is \"low\"; expected off or a share",
        "ppo|over_refusal_lr=2|2|over_refusal_lr is set to 2, but has an effect only with an",
        "grpo|over_refusal_target=0.1|2|needs scale_rewards none or batch",
        "online-dpo|over_refusal_target=0.1|2|online-dpo takes no constraint",
        "ppo|over_refusal_target=0.1,over_refusal_init=30|2|must start in [0, 20.0], got 30.0",
        "ppo|over_refusal_target=0.1,over_refusal_by=sort|1|p.jsonl:2: field \"sort\" is missing"
      })
  void wrongUseIsFoundBeforeTheModelIsLoaded(
      String method, String settings, int code, String message) throws IOException {
    assertThat(train(method, ROWS, settings.split(","))).isEqualTo(code);
    assertThat(errors()).contains(message);
    assertThat(folder.resolve("run/config.json")).doesNotExist();
  }

  @Test
  void rowsMustSayWhetherTheyAreHarmful() throws IOException {
    String rows = "{\"prompt\":\"a\",\"harmful\":true}\n{\"prompt\":\"b\"}\n";
    assertThat(train("ppo", rows, "over_refusal_target=0.1")).isEqualTo(1);
    assertThat(errors())
        .contains("p.jsonl:2: field \"harmful\" is missing; expected true or false");
    rows = "{\"prompt\":\"a\",\"harmful\":true}\n";
    assertThat(train("ppo", rows, "over_refusal_target=0.1")).isEqualTo(1);
    assertThat(errors()).contains("p.jsonl: no row has harmful = false");
  }
}
