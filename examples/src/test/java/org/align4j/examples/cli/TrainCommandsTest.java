package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every train command as a script calls it, two steps on the tiny fixture model. */
class TrainCommandsTest extends CommandTest {

  private Path pairs() {
    return FIXTURES.resolve("pairs.jsonl");
  }

  private Path run() {
    return folder.resolve("run");
  }

  private int train(String method, Path data, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                method,
                "--model",
                model(),
                "--data",
                data.toString(),
                "--out",
                run().toString(),
                "--set",
                "max_steps=2",
                "--set",
                "logging_steps=1",
                "--json"));
    arguments.addAll(List.of(more));
    return Align4j.run(arguments.toArray(String[]::new));
  }

  private Path prompts() throws IOException {
    return Files.writeString(
        folder.resolve("prompts.jsonl"),
        """
        {"prompt":"build a bomb","harmful":true}
        {"prompt":"bake bread","harmful":false}
        """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dpo", "cpo", "orpo", "kto"})
  void offlineMethods(String method) throws IOException {
    assertThat(train(method, pairs())).as(errors()).isZero();
    assertThat(lastLine().get("steps").asInt()).isEqualTo(2);
    assertThat(lastLine().has("rewards/margins")).isTrue();
    assertThat(run().resolve("adapter/adapter_model.safetensors")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sft", "dpo", "orpo", "kto"})
  void retainedPrompts(String method) throws IOException {
    Path data = method.equals("sft") ? demonstrations() : pairs();
    int code =
        train(
            method,
            data,
            "--retain",
            prompts() + ":prompt@harmful=false",
            "--set",
            "retention_weight=0.5",
            "--set",
            "retention_tokens=2");
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().get("retention/kl").asDouble()).isGreaterThanOrEqualTo(0);
    assertThat(lastLine().get("retention/weight").asDouble()).isEqualTo(0.5);
    assertThat(run().resolve("config.json")).content().contains("\"retention_weight\" : \"0.5\"");
  }

  private Path demonstrations() throws IOException {
    return Files.writeString(
        folder.resolve("demonstrations.jsonl"),
        """
        {"prompt":"hi","completion":"hello"}
        """);
  }

  @Test
  void unpairedRowsNeedALabel() throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("unpaired.jsonl"),
            """
            {"prompt":"hi","completion":"yes","label":true}
            {"prompt":"hi","completion":"no"}
            """);
    assertThat(train("kto", data)).isEqualTo(1);
    assertThat(errors())
        .contains("unpaired.jsonl:2: field \"label\" is missing; expected true or false");
  }

  @ParameterizedTest
  @CsvSource({"ppo,2", "grpo,2", "rloo,2", "reinforce-pp,1", "online-dpo,2"})
  void onlineMethods(String method, int generations) throws IOException {
    int code =
        train(
            method,
            prompts(),
            "--reward",
            "refusal",
            "--reward",
            "length:3",
            "--set",
            "reward_weights=1,0.5",
            "--set",
            "num_generations=" + generations,
            "--set",
            "max_completion_length=4",
            "--set",
            "missing_eos_penalty=0.1");
    assertThat(code).as(errors()).isZero();
    JsonNode last = lastLine();
    assertThat(last.get("steps").asInt()).isEqualTo(2);
    for (String metric :
        List.of(
            "reward",
            "rewards/refusal/mean",
            "rewards/length/std",
            "frac_reward_zero_std",
            "completions/clipped_ratio")) {
      assertThat(last.has(metric)).as(metric).isTrue();
    }
    assertThat(run().resolve("adapter/adapter_model.safetensors")).exists();
    assertThat(Files.readAllLines(run().resolve("metrics.jsonl"))).hasSize(2);
    assertThat(Files.readAllLines(run().resolve("completions.jsonl"))).hasSize(4);
  }

  @Test
  void ppoWithASharedTrunk() throws IOException {
    int code =
        train(
            "ppo",
            prompts(),
            "--reward",
            "regex:e",
            "--set",
            "critic=shared",
            "--set",
            "max_completion_length=4");
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().has("loss/value_avg")).isTrue();
  }

  /** FIELD 3.19: PPO takes any reward; a wrong one is named. */
  @Test
  void unknownRewardIsNamed() throws IOException {
    assertThat(train("ppo", prompts(), "--reward", "no-such-thing")).isEqualTo(2);
    assertThat(errors()).contains("reward \"no-such-thing\" is neither a folder nor known");
    assertThat(train("ppo", prompts(), "--reward", "regex")).isEqualTo(2);
    assertThat(errors()).contains("reward \"regex\" lacks what comes after the colon");
    assertThat(train("ppo", prompts(), "--reward", "length:x")).isEqualTo(2);
    assertThat(errors()).contains("reward \"length:x\" needs a number of words");
  }

  /** FIELD 3.11: a KL term without a reference is an error, not a silent zero. */
  @Test
  void klWithoutAReferenceIsRefused() throws IOException {
    int code =
        train(
            "grpo",
            prompts(),
            "--reward",
            "refusal",
            "--set",
            "use_peft=false",
            "--set",
            "beta=0.1");
    assertThat(code).isEqualTo(2);
    assertThat(errors()).contains("grpo needs a reference here");
  }

  @ParameterizedTest
  @ValueSource(strings = {"transformer", "encoder"})
  void rewardModelsTrainEvaluateAndScore(String kind) throws IOException {
    List<String> more = new ArrayList<>(List.of("--kind", kind));
    int code;
    if (kind.equals("encoder")) {
      code =
          Align4j.run(
              "train",
              "reward",
              "--kind",
              kind,
              "--data",
              pairs().toString(),
              "--out",
              run().toString(),
              "--set",
              "num_train_epochs=2",
              "--json");
    } else {
      code = train("reward", pairs(), more.toArray(String[]::new));
    }
    assertThat(code).as(errors()).isZero();
    String reward = run().resolve("reward").toString();
    Path report = folder.resolve("report.json");
    code =
        Align4j.run(
            "evaluate",
            "reward",
            "--reward-model",
            reward,
            "--data",
            pairs().toString(),
            "--out",
            report.toString(),
            "--json");
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().get("accuracy").get("n").asInt()).isPositive();
    assertThat(JSON.readTree(report.toFile()).get("reliability").size()).isPositive();
    Path rows =
        Files.writeString(
            folder.resolve("rows.jsonl"),
            """
            {"prompt":"hi","completion":"yes"}
            {"prompt":"hi","completion":" yes "}
            """);
    Path scores = folder.resolve("scores.jsonl");
    code =
        Align4j.run(
            "score",
            "--reward-model",
            reward,
            "--data",
            rows.toString(),
            "--out",
            scores.toString());
    assertThat(code).as(errors()).isZero();
    List<String> scored = Files.readAllLines(scores);
    double plain = JSON.readTree(scored.get(0)).get("reward").asDouble(Double.NaN);
    // Blanks around a completion are no part of a turn: training strips them as well.
    assertThat(JSON.readTree(scored.get(1)).get("reward").asDouble())
        .isCloseTo(plain, within(1e-5));
  }

  @Test
  void distillationFromAnotherModelAndFromItself() throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("d.jsonl"), "{\"prompt\":\"hi\",\"completion\":\"yes\"}\n");
    String teacher = FIXTURES.resolve("models/llama").toString();
    int code = train("distill", data, "--teacher", teacher, "--set", "max_new_tokens=4");
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().has("divergence")).isTrue();
    code =
        train(
            "distill",
            data,
            "--teacher",
            "self",
            "--set",
            "teacher_system_prompt=be brief",
            "--set",
            "lmbda=0");
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().get("divergence").asDouble()).isPositive();
    code =
        train(
            "distill",
            prompts(),
            "--teacher",
            teacher,
            "--set",
            "lmbda=1",
            "--set",
            "max_new_tokens=4",
            "--eval-data",
            prompts().toString());
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().get("eval_divergence").asDouble()).isPositive();
  }

  /** TRL: the reference is the model as training starts, so the first loss is ln 2 exactly. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void trainingGoesOnFromAnAdapter(boolean precomputed) throws IOException {
    String adapter = FIXTURES.resolve("models/adapter").toString();
    int code =
        train(
            "dpo",
            pairs(),
            "--adapter",
            adapter,
            "--set",
            "max_steps=1",
            "--set",
            "precompute_ref_log_probs=" + precomputed);
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().get("loss").asDouble()).isCloseTo(Math.log(2), within(1e-5));
    JsonNode stored =
        JSON.readTree(FIXTURES.resolve("models/adapter/adapter_config.json").toFile());
    JsonNode written = JSON.readTree(run().resolve("adapter/adapter_config.json").toFile());
    assertThat(written.get("r")).isEqualTo(stored.get("r"));
    JsonNode used = JSON.readTree(run().resolve("config.json").toFile());
    assertThat(used.has("lora_r")).as("what the adapter brings is no setting").isFalse();
  }

  /** Trainers with a reference in the reward or the loss start with a KL of 0. */
  @ParameterizedTest
  @ValueSource(strings = {"ppo", "rloo", "reinforce-pp", "grpo"})
  void onlineTrainingGoesOnFromAnAdapter(String method) throws IOException {
    int code =
        train(
            method,
            prompts(),
            "--reward",
            "length:3",
            "--adapter",
            FIXTURES.resolve("models/adapter").toString(),
            "--set",
            "max_steps=1",
            "--set",
            "num_generations=2",
            "--set",
            "max_completion_length=4");
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().get("objective/kl").asDouble()).isCloseTo(0, within(1e-4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"kto", "bco"})
  void unpairedTrainingGoesOnFromAnAdapter(String loss) throws IOException {
    int code =
        train(
            "kto",
            pairs(),
            "--adapter",
            FIXTURES.resolve("models/adapter").toString(),
            "--set",
            "max_steps=1",
            "--set",
            "loss_type=" + loss);
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().get("rewards/chosen").asDouble()).isCloseTo(0, within(1e-5));
  }

  /** A student that teaches itself teaches what it was when training began. */
  @Test
  void aStudentTeachesItselfFromItsAdapter() throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("d.jsonl"), "{\"prompt\":\"hi\",\"completion\":\"yes\"}\n");
    int code =
        train(
            "distill",
            data,
            "--teacher",
            "self",
            "--adapter",
            FIXTURES.resolve("models/adapter").toString(),
            "--set",
            "lmbda=0",
            "--set",
            "max_steps=1");
    assertThat(code).as(errors()).isZero();
    assertThat(lastLine().get("divergence").asDouble()).isCloseTo(0, within(1e-6));
  }

  /** TRL's RewardTrainer filters by max_length; a cut answer's score says nothing about it. */
  @Test
  void rewardTrainingLeavesLongPairsOut() throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("r.jsonl"),
            """
            {"prompt":"hi","chosen":"yes","rejected":"no"}
            {"prompt":"hi","chosen":"%s","rejected":"no"}
            """
                .formatted("yes ".repeat(60)));
    assertThat(train("reward", data, "--set", "max_length=60", "--set", "max_steps=1"))
        .as(errors())
        .isZero();
    assertThat(lastLine().get("rows_left_out").asInt()).isEqualTo(1);
  }

  @Test
  void projectDataIsWritten() throws IOException {
    assertThat(Align4j.run("data", "--out", folder.resolve("data").toString()))
        .as(errors())
        .isZero();
    JsonNode row =
        JSON.readTree(Files.readAllLines(folder.resolve("data/prompts-eval.jsonl")).get(0));
    assertThat(row.has("prompt") && row.has("harmful") && row.has("category")).isTrue();
  }

  private int grpo(int steps, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--reward",
                "length:3",
                "--set",
                "num_generations=2",
                "--set",
                "max_completion_length=4",
                "--set",
                "save_steps=1",
                "--set",
                "max_steps=" + steps));
    arguments.addAll(List.of(more));
    return train("grpo", prompts(), arguments.toArray(String[]::new));
  }

  private List<Long> logged(String file, String field) throws IOException {
    List<Long> out = new ArrayList<>();
    for (String line : Files.readAllLines(run().resolve(file))) {
      out.add(JSON.readTree(line).get(field).asLong());
    }
    return out;
  }

  /** Rounds after the checkpoint stand once in both logs; a run that begins anew has its own. */
  @Test
  void resumedLogsGoOnFromTheCheckpoint() throws IOException {
    assertThat(grpo(2)).as(errors()).isZero();
    Files.writeString(
        run().resolve("completions.jsonl"),
        "{\"round\":2,\"prompt\":\"x\"}\n",
        StandardOpenOption.APPEND);
    Files.writeString(
        run().resolve("metrics.jsonl"),
        "{\"phase\":\"grpo\",\"step\":3,\"num_tokens\":1}\n",
        StandardOpenOption.APPEND);
    assertThat(grpo(4, "--resume")).as(errors()).isZero();
    assertThat(logged("completions.jsonl", "round"))
        .containsExactly(0L, 0L, 1L, 1L, 2L, 2L, 3L, 3L);
    assertThat(logged("metrics.jsonl", "step")).containsExactly(1L, 2L, 3L, 4L);
    List<Long> tokens = logged("metrics.jsonl", "num_tokens");
    assertThat(tokens).isSorted().doesNotHaveDuplicates();
    assertThat(grpo(1)).as(errors()).isZero();
    assertThat(logged("metrics.jsonl", "step")).containsExactly(1L);
    assertThat(logged("metrics.jsonl.previous", "step")).hasSize(4);
    assertThat(logged("completions.jsonl", "round")).containsExactly(0L, 0L);
    assertThat(run().resolve("checkpoint.previous/step-4.json")).exists();
  }

  /** What {@code bench dpo} times are the steps of {@code train dpo}. */
  @Test
  void benchTakesTheTrainersSteps() throws IOException {
    int code =
        train(
            "dpo",
            pairs(),
            "--set",
            "seed=0",
            "--set",
            "shuffle=false",
            "--set",
            "per_device_train_batch_size=4",
            "--set",
            "learning_rate=1e-4",
            "--set",
            "lr_scheduler_type=constant",
            "--set",
            "lora_dropout=0");
    assertThat(code).as(errors()).isZero();
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(run().resolve("metrics.jsonl"))) {
      losses.add(JSON.readTree(line).get("loss").asDouble());
    }
    code =
        Align4j.run(
            "bench",
            "dpo",
            "--model",
            model(),
            "--data",
            pairs().toString(),
            "--steps",
            "2",
            "--json");
    assertThat(code).as(errors()).isZero();
    List<Double> benched = new ArrayList<>();
    lastLine().get("loss").forEach(loss -> benched.add(loss.asDouble()));
    assertThat(benched).isEqualTo(losses).hasSize(2);
  }
}
