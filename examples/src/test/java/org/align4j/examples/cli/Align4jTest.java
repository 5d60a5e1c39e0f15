package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.policy.backend.Backends;
import org.junit.jupiter.api.Test;

/** The commands as a script calls them, on the tiny fixture model. */
class Align4jTest extends CommandTest {

  @Test
  void wrongUseIsTwo() {
    assertThat(Align4j.run()).isEqualTo(2);
    assertThat(Align4j.run("parity", FIXTURES.toString(), "--no-such-option")).isEqualTo(2);
    assertThat(errors()).contains("Unknown option", "--no-such-option");
    assertThat(Align4j.run("evaluate")).isEqualTo(2);
    assertThat(Align4j.run("frobnicate")).isEqualTo(2);
  }

  @Test
  void helpIsZeroEverywhere() {
    for (String command :
        List.of(
            "quickstart",
            "chat",
            "generate",
            "logprobs",
            "parity",
            "export",
            "doctor",
            "train",
            "bench")) {
      assertThat(Align4j.run(command, "--help")).as(command).isZero();
    }
    assertThat(Align4j.run("--help")).isZero();
    assertThat(Align4j.run("train", "dpo", "--help")).isZero();
    assertThat(Align4j.run("evaluate", "refusal", "--help")).isZero();
  }

  @Test
  void parityReportsAndCounts() throws IOException {
    assertThat(Align4j.run("parity", FIXTURES.toString(), "--json")).isZero();
    assertThat(lastLine().get("failed").asInt()).isZero();
    assertThat(lastLine().get("passed").asInt()).isEqualTo(lastLine().get("cases").size());
    assertThat(Align4j.run("parity", folder.toString())).isEqualTo(1);
    assertThat(errors()).contains("has neither models/ nor objectives/");
  }

  @Test
  void doctorSaysWhatIsHere() throws IOException {
    assertThat(Align4j.run("doctor", "--json")).as(errors()).isZero();
    assertThat(lastLine().get("backend").asText()).isEqualTo(Backends.defaultBackend().name());
    assertThat(lastLine().get("lines").findValuesAsText("name"))
        .contains("Processor", "oneDNN", "OpenBLAS", "NVIDIA GPU", "Cache folder", "Models");
  }

  @Test
  void benchGrpoTimesRoundsOfAFixedSize() throws IOException {
    Path few = Files.writeString(folder.resolve("few.txt"), "a\nb\n");
    assertThat(Align4j.run("bench", "grpo", "--model", model(), "--prompts", few.toString()))
        .isEqualTo(1);
    assertThat(errors()).contains("few.txt has 2 prompts; 8 are needed");
    Path prompts = Files.writeString(folder.resolve("p.txt"), "a\nb\nc\nd\ne\nf\ng\nh\n");
    int code =
        Align4j.run(
            "bench",
            "grpo",
            "--model",
            model(),
            "--prompts",
            prompts.toString(),
            "--steps",
            "1",
            "--max-new-tokens",
            "3",
            "--json");
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().get("completion_tokens_per_step").asInt()).isEqualTo(8 * 8 * 3);
    assertThat(lastLine().get("seconds_per_step").asDouble())
        .isGreaterThan(lastLine().get("rollout_seconds").asDouble());
  }

  @Test
  void generateThenLogprobsAgree() throws IOException {
    Path prompts =
        Files.writeString(folder.resolve("p.csv"), "question\nwho bakes the bread?\nyes?\n");
    Path rows = folder.resolve("rows.jsonl");
    int code =
        Align4j.run(
            "generate",
            "--model",
            model(),
            "--prompts",
            prompts + ":question",
            "--out",
            rows.toString(),
            "--max-new-tokens",
            "6",
            "--temperature",
            "1",
            "--seed",
            "3",
            "--json");
    assertThat(code).isZero();
    assertThat(lastLine().get("tokens_per_second").asDouble()).isPositive();
    JsonNode row = JSON.readTree(Files.readAllLines(rows).get(0));
    assertThat(row.get("prompt").asText()).isEqualTo("who bakes the bread?");
    assertThat(row.get("logprobs")).hasSameSizeAs(row.get("completion_ids"));
    assertThat(row.get("finish_reason").asText()).isIn("stop", "length");

    Path ids =
        Files.writeString(
            folder.resolve("ids.json"), "[" + row.get("completion_ids") + ",[1,5,9]]");
    Path logps = folder.resolve("logps.json");
    assertThat(
            Align4j.run(
                "logprobs", "--model", model(), "--ids", ids.toString(), "--out", logps.toString()))
        .isZero();
    assertThat(JSON.readTree(logps.toFile()).get("token_logps").get(1)).hasSize(2);
  }

  @Test
  void trainDpoResumeExportAndEvaluate() throws IOException {
    Path data = FIXTURES.resolve("pairs.jsonl");
    Path run = folder.resolve("run");
    String[] train = {
      "train",
      "dpo",
      "--model",
      model(),
      "--data",
      data.toString(),
      "--out",
      run.toString(),
      "--set",
      "max_steps=3",
      "--set",
      "save_steps=1",
      "--set",
      "learning_rate=1e-3",
      "--set",
      "logging_steps=1",
      "--json"
    };
    assertThat(Align4j.run(train)).as(errors()).isZero();
    assertThat(lastLine().get("steps").asInt()).isEqualTo(3);
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(3);
    assertThat(run.resolve("adapter/adapter_config.json")).exists();

    String[] resumed = java.util.Arrays.copyOf(train, train.length + 1);
    resumed[train.length] = "--resume";
    resumed[9] = "max_steps=5";
    assertThat(Align4j.run(resumed)).as(errors()).isZero();
    assertThat(lastLine().get("steps").asInt()).isEqualTo(5);

    Path merged = folder.resolve("merged");
    String adapter = run.resolve("adapter").toString();
    assertThat(
            Align4j.run(
                "export",
                "--model",
                model(),
                "--adapter",
                adapter,
                "--scale",
                "0.5",
                "--out",
                merged.toString()))
        .isZero();
    Path report = folder.resolve("report.json");
    assertThat(
            Align4j.run(
                "evaluate",
                "refusal",
                "--model",
                merged.toString(),
                "--harmful",
                data + ":prompt",
                "--benign",
                data + ":prompt",
                "--ordinary",
                data + ":prompt",
                "--curve",
                "--limit",
                "2",
                "--max-new-tokens",
                "4",
                "--out",
                report.toString()))
        .isZero();
    JsonNode json = JSON.readTree(report.toFile());
    for (String kind : List.of("harmful", "benign", "ordinary")) {
      JsonNode rates = json.get(kind).get(data + ":prompt");
      assertThat(rates.get("n").asInt()).isEqualTo(2);
      assertThat(rates.has("low") && rates.has("high") && rates.has("patterns")).isTrue();
    }
    assertThat(json.get("rows"))
        .hasSize(6)
        .allMatch(
            row -> row.get("readiness").asDouble() >= 0 && row.get("readiness").asDouble() <= 1);
    assertThat(json.get("curve").get("auc_benign").asDouble()).isEqualTo(0.5);
    assertThat(json.get("curve").get("auc_ordinary").asDouble()).isEqualTo(0.5);
    assertThat(json.get("curve").get("points").isEmpty()).isFalse();
  }

  @Test
  void trainSftInFullWritesAModel() throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("d.jsonl"),
            "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"yes\"}]}\n");
    Path config = Files.writeString(folder.resolve("c.yaml"), "use_peft: false\nmax_steps: 2\n");
    Path run = folder.resolve("run");
    assertThat(
            Align4j.run(
                "train",
                "sft",
                "--model",
                model(),
                "--data",
                data.toString(),
                "--out",
                run.toString(),
                "--config",
                config.toString()))
        .as(errors())
        .isZero();
    assertThat(run.resolve("model/model.safetensors")).exists();
  }

  @Test
  void badInputSaysWhereAndIsOne() throws IOException {
    Path data =
        Files.writeString(folder.resolve("prefs.jsonl"), "{\"prompt\":\"p\",\"rejected\":\"r\"}\n");
    String[] train = {
      "train",
      "dpo",
      "--model",
      model(),
      "--data",
      data.toString(),
      "--out",
      folder.resolve("run").toString()
    };
    assertThat(Align4j.run(train)).isEqualTo(1);
    assertThat(errors()).contains("align4j: prefs.jsonl:1: field \"chosen\" is missing");
    String[] misspelt = java.util.Arrays.copyOf(train, train.length + 2);
    misspelt[train.length] = "--set";
    misspelt[train.length + 1] = "betta=1";
    assertThat(Align4j.run(misspelt)).isEqualTo(2);
    assertThat(errors()).contains("unknown setting \"betta\"; did you mean \"beta\"?");
  }

  /** The library says what is wrong; which option is the way out, the command line adds. */
  @Test
  void resumingWithoutACheckpointIsOneAndNamesTheOption() {
    Path run = folder.resolve("fresh");
    String data = FIXTURES.resolve("pairs.jsonl").toString();
    assertThat(
            Align4j.run(
                "train",
                "dpo",
                "--model",
                model(),
                "--data",
                data,
                "--out",
                run.toString(),
                "--resume"))
        .isEqualTo(1);
    assertThat(errors())
        .contains(run.resolve("checkpoint") + ": holds no checkpoint")
        .contains("save_steps > 0")
        .contains("(--resume goes on from the checkpoint in the folder of --out;");
  }
}
