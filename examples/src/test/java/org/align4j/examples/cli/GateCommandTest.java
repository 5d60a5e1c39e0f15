package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gates and synthesized requests from the command line, on the tiny fixture model. */
class GateCommandTest extends CommandTest {
  private Path prompts;
  private Path gate;

  @BeforeEach
  void write() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      rows.append("{\"prompt\":\"kill ").append(i).append("\",\"harmful\":true}\n");
      rows.append("{\"prompt\":\"bake bread ").append(i).append("\",\"harmful\":false}\n");
    }
    prompts = Files.writeString(folder.resolve("prompts.jsonl"), rows);
    gate = folder.resolve("gate.json");
  }

  private int fit(String... more) {
    List<String> line = new ArrayList<>(List.of("gate", "fit", "--model", model()));
    line.addAll(List.of("--harmful", prompts + ":prompt@harmful=true"));
    line.addAll(List.of("--benign", prompts + ":prompt@harmful=false"));
    line.addAll(List.of("--out", gate.toString(), "--json"));
    line.addAll(List.of(more));
    return Align4j.run(line.toArray(String[]::new));
  }

  @Test
  void fitThenScore() throws IOException {
    Path ordinary = Files.writeString(folder.resolve("ordinary.txt"), "name a river\na town\n");
    assertThat(fit("--ordinary", ordinary.toString(), "--penalty", "1")).as(errors()).isZero();
    assertThat(lastLine().get("rows").asInt()).isEqualTo(18);
    assertThat(lastLine().get("layer").asInt()).isEqualTo(1);
    assertThat(lastLine().at("/held_out/harmful/n").asInt()).isEqualTo(2);
    double threshold = lastLine().get("threshold").asDouble();

    Path rows = folder.resolve("rows.jsonl");
    assertThat(score(model(), rows)).as(errors()).isZero();
    List<String> lines = Files.readAllLines(rows);
    assertThat(lines).hasSize(20);
    int refused = 0;
    for (String line : lines) {
      JsonNode row = JSON.readTree(line);
      assertThat(row.get("refused").asBoolean())
          .isEqualTo(row.get("score").asDouble() >= threshold);
      refused += row.get("refused").asBoolean() ? 1 : 0;
    }
    assertThat(JSON.readTree(lines.get(0)).get("prompt").asText()).isEqualTo("kill 0");
    assertThat(lastLine().get("refused").asInt()).isEqualTo(refused);
    assertThat(lastLine().get("prompts").asInt()).isEqualTo(20);

    assertThat(score(FIXTURES.resolve("models/llama").toString(), rows)).isEqualTo(1);
    assertThat(errors()).contains("was fitted to the model \"" + model() + "\"");
  }

  private int score(String model, Path rows) {
    return Align4j.run(
        "gate",
        "score",
        "--model",
        model,
        "--gate",
        gate.toString(),
        "--prompts",
        prompts.toString(),
        "--out",
        rows.toString(),
        "--json");
  }

  @Test
  void thresholdsMayBeGivenAndHeldOutRowsToo() throws IOException {
    assertThat(fit("--look-alike-share", "1", "--threshold", "0.25")).as(errors()).isZero();
    assertThat(lastLine().get("rows").asInt()).isEqualTo(20);
    assertThat(lastLine().get("threshold").asDouble()).isEqualTo(0.25);
    Path held = Files.writeString(folder.resolve("held.txt"), "kill\nmurder\nrob\n");
    assertThat(fit("--look-alike-share", "1", "--held-out", held.toString(), "--limit", "4"))
        .as(errors())
        .isZero();
    assertThat(lastLine().get("rows").asInt()).isEqualTo(8);
    assertThat(lastLine().at("/held_out/harmful/refused").asInt()).isEqualTo(3);
  }

  @Test
  void whatCannotBeIsWrongUse() {
    assertThat(fit("--penalty", "-1")).isEqualTo(2);
    assertThat(errors()).contains("penalty must be positive, got -1.0");
    assertThat(fit("--threshold", "1", "--harmful-rate", "0.5")).isEqualTo(2);
    assertThat(errors()).contains("--harmful-rate has no effect with --threshold");
    assertThat(fit("--ordinary", folder.resolve("none.txt").toString())).isEqualTo(2);
    assertThat(fit()).isEqualTo(1);
    assertThat(errors()).contains("0 ordinary requests to fit to");
    assertThat(Align4j.run("gate", "--help")).isZero();
    assertThat(Align4j.run("gate", "fit", "--help")).isZero();
    assertThat(Align4j.run("data", "--out", folder.toString(), "--seed", "1")).isEqualTo(2);
    assertThat(errors()).contains("need --synthesize");
    assertThat(
            Align4j.run(
                "data", "--out", folder.toString(), "--synthesize", "5", "--language", "greek"))
        .isEqualTo(2);
    assertThat(errors()).contains("expected one of english, latin, any");
  }

  /** A random model writes nothing that the filters keep, which is said. */
  @Test
  void synthesisSaysHowManyItFound() throws IOException {
    assertThat(fit("--look-alike-share", "1", "--threshold", "0")).as(errors()).isZero();
    int code =
        Align4j.run(
            "data",
            "--out",
            folder.toString(),
            "--model",
            model(),
            "--synthesize",
            "3",
            "--gate",
            gate.toString(),
            "--max-new-tokens",
            "8",
            "--json");
    assertThat(code).isEqualTo(1);
    assertThat(errors()).contains("only 0 of 3 requests were found in 60 samples");
    assertThat(lastLine().at("/synthesized/sampled").asInt()).isEqualTo(60);
    assertThat(lastLine().at("/synthesized/unfinished").asInt()).isPositive();
    assertThat(folder.resolve("synthesized.jsonl")).isEmptyFile();
    assertThat(folder.resolve("prompts-train.jsonl")).isNotEmptyFile();
  }
}
