package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.Test;

class DataCommandTest extends CommandTest {
  private static final String REFUSAL = "Sorry, I can't help with that.";

  private List<JsonNode> rows(String file) throws IOException {
    List<JsonNode> out = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(file))) {
      out.add(JSON.readTree(line));
    }
    return out;
  }

  @Test
  void promptsAndPairsOfAllKindsAreWritten() throws IOException {
    Path wide = folder.resolve("wide");
    TinyChatModel.create(wide, 1, 2, 2048, 16).close();
    int code =
        Align4j.run(
            "data",
            "--model",
            wide.toString(),
            "--out",
            folder.toString(),
            "--pairs",
            "--answer-tokens",
            "1",
            "--json");
    assertThat(code).as(errors()).isZero();
    List<JsonNode> prompts = rows("prompts-train.jsonl");
    assertThat(prompts.stream().map(row -> row.get("kind").asText()).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder("harmful", "look_alikes", "ordinary", "matched");
    assertThat(prompts)
        .allMatch(
            row -> row.get("harmful").asBoolean() == row.get("kind").asText().equals("harmful"))
        .allMatch(row -> !row.get("category").asText().isEmpty());
    assertThat(rows("prompts-ordinary.jsonl")).hasSize(352);
    Set<String> harmful =
        prompts.stream()
            .filter(row -> row.get("harmful").asBoolean())
            .map(row -> row.get("prompt").asText())
            .collect(Collectors.toSet());
    assertThat(rows("pairs-train.jsonl"))
        .isNotEmpty()
        .allMatch(
            row ->
                row.get(harmful.contains(row.get("prompt").asText()) ? "chosen" : "rejected")
                    .asText()
                    .equals(REFUSAL));
  }

  @Test
  void balancedPromptsAreHalfHarmful() throws IOException {
    int code =
        Align4j.run("data", "--model", model(), "--out", folder.toString(), "--balanced", "--json");
    assertThat(code).as(errors()).isZero();
    List<JsonNode> prompts = rows("prompts-train.jsonl");
    assertThat(prompts.stream().filter(row -> row.get("harmful").asBoolean()))
        .hasSize(prompts.size() / 2);
  }
}
