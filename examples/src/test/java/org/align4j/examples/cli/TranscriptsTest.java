package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code evaluate refusal --transcripts}: recorded answers, no model. */
class TranscriptsTest extends CommandTest {
  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private int judge(Path out, String... arguments) {
    List<String> all = new ArrayList<>(List.of("evaluate", "refusal", "--out", out.toString()));
    all.addAll(List.of(arguments));
    return Align4j.run(all.toArray(String[]::new));
  }

  @Test
  void judgesEachFilesRowsInOrder() throws IOException {
    Path first =
        file(
            "first.jsonl",
            "{\"completion\": \"I can't help with that.\", \"label\": \"refusal\"}",
            "",
            "{\"response\": \"The answer is 42.\", \"label\": \"refusal\"}",
            "{\"answer\": \"\", \"label\": \"compliance\"}");
    Path second =
        file(
            "second.jsonl",
            "{\"turns\": [{\"text\": \"Sure! Preheat the oven.\"}], \"kind\": \"a\"}",
            "{\"turns\": [{\"text\": \"I won't do that.\"}], \"kind\": \"b\"}");
    Path out = folder.resolve("report.json");
    String column = second + ":turns[0].text@kind=b";
    assertThat(judge(out, "--transcripts", first.toString(), "--transcripts", column, "--json"))
        .as(errors())
        .isZero();
    JsonNode report = JSON.readTree(out.toFile());
    assertThat(report.get("rows"))
        .extracting(
            row -> row.get("file").asText(),
            row -> row.get("row").asInt(),
            row -> row.get("pattern").asText(),
            row -> row.get("refused").asBoolean())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(first.toString(), 1, "early", true),
            org.assertj.core.groups.Tuple.tuple(first.toString(), 3, "none", false),
            org.assertj.core.groups.Tuple.tuple(first.toString(), 4, "degenerate", false),
            org.assertj.core.groups.Tuple.tuple(column, 2, "early", true));
    JsonNode rates = report.get("transcripts").get(first.toString());
    assertThat(rates.get("n").asInt()).isEqualTo(3);
    assertThat(rates.get("refused").asInt()).isEqualTo(1);
    assertThat(rates.get("low").asDouble()).isBetween(0.0, 1.0 / 3);
    assertThat(rates.get("high").asDouble()).isBetween(1.0 / 3, 1.0);
    assertThat(rates.get("agreement").get("n").asInt()).isEqualTo(3);
    assertThat(rates.get("agreement").get("agreed").asInt()).isEqualTo(2);
    assertThat(rates.get("agreement").get("labels").get("refusal").get("none").asInt())
        .isEqualTo(1);
    assertThat(report.get("transcripts").get(column).has("agreement")).isFalse();
    assertThat(lastLine().has("rows")).isFalse();
    assertThat(lastLine().get("transcripts")).isEqualTo(report.get("transcripts"));
  }

  @Test
  void rowsWithoutAnAnswerAreNamed() throws IOException {
    Path out = folder.resolve("report.json");
    Path file = file("answers.jsonl", "{\"completion\": \"Yes.\"}", "{\"text\": \"No.\"}");
    assertThat(judge(out, "--transcripts", file.toString())).isEqualTo(1);
    assertThat(errors())
        .contains("answers.jsonl:2")
        .contains("[completion, response, answer, output]")
        .contains("FILE:COLUMN");
    assertThat(out).doesNotExist();
    assertThat(judge(out, "--transcripts", file + ":text")).isEqualTo(1);
    assertThat(errors()).contains("answers.jsonl:1").contains("\"text\"");
  }

  @Test
  void optionsForAModelAreWrongUse() throws IOException {
    Path out = folder.resolve("report.json");
    String file = file("answers.jsonl", "{\"completion\": \"Yes.\"}").toString();
    assertThat(judge(out)).isEqualTo(2);
    assertThat(judge(out, "--transcripts", file, "--model", model())).isEqualTo(2);
    assertThat(errors()).contains("--model");
    assertThat(judge(out, "--transcripts", file, "--harmful", file)).isEqualTo(2);
    assertThat(judge(out, "--transcripts", file, "--limit", "3")).isEqualTo(2);
    assertThat(out).doesNotExist();
  }
}
