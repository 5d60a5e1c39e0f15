package org.align4j.policy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.SftLoss;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.Reference;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.MetricsLogListener;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.task.SupervisedTask;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.text.TokenizedPair;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("lane")
class TrainingLoopTest {
  private static final Backend BACKEND = Backends.defaultBackend();

  @TempDir Path folder;

  private static TrainingConfig config(long steps, int batch, int accumulate, int microTokens) {
    return TrainingConfig.builder(0.02)
        .maxSteps(steps)
        .batchSize(batch)
        .accumulationSteps(accumulate)
        .microBatchTokens(microTokens)
        .warmupRatio(0.1)
        .loggingSteps(1)
        .build();
  }

  private static TrainingConfig saving(TrainingConfig config, int saveSteps) {
    return config.toBuilder().saveSteps(saveSteps).build();
  }

  private RunContext quiet(String name, BooleanSupplier stop) {
    return RunContext.of(folder.resolve(name)).cancelledBy(CancellationToken.when(stop));
  }

  /** After a prompt that ends in t, the chosen answer repeats t; the rejected one says 1. */
  private static List<TokenizedPair> pairs(int count) {
    Random random = new Random(1);
    List<TokenizedPair> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int t = 5 + random.nextInt(8);
      out.add(
          new TokenizedPair(
              "row " + i, new int[] {2, 3, t}, new int[] {t, t}, new int[] {1, 1, 1}));
    }
    return out;
  }

  private static DecoderTransformer adapted() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.addAdapter(LoraConfig.allLinear(8, 16), 1);
    return model;
  }

  @Test
  void sftLearnsToCopy() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.trainAllWeights();
    List<TokenizedDemonstration> rows = new ArrayList<>();
    for (TokenizedPair pair : pairs(64)) {
      rows.add(new TokenizedDemonstration(pair.source(), pair.prompt(), pair.chosen()));
    }
    SupervisedTask task = new SupervisedTask(model, SftLoss.NLL);
    TrainingResult result =
        new TrainingLoop<>("sft", task, config(60, 16, 1, 4096), BACKEND, quiet("a", () -> false))
            .run(rows, rows.subList(0, 8));
    assertThat(result.evaluation().get("eval_loss")).isLessThan(0.1);
    assertThat(result.evaluation().get("eval_mean_token_accuracy")).isEqualTo(1.0);
  }

  @ParameterizedTest
  @EnumSource(DpoLoss.class)
  void everyMemberOfTheDpoFamilyLearnsThePreference(DpoLoss loss) {
    double smoothing = loss == DpoLoss.EXO_PAIR || loss == DpoLoss.ROBUST ? 0.05 : 0;
    DecoderTransformer model = adapted();
    PreferenceTask task = new PreferenceTask(model, DpoObjective.of(0.5, loss, smoothing));
    List<TokenizedPair> pairs = pairs(48);
    new TrainingLoop<>("dpo", task, config(40, 12, 1, 4096), BACKEND, quiet("b", () -> false))
        .run(pairs, List.of());
    MetricSums metrics = new MetricSums();
    task.run(pairs, pairs, false, metrics);
    // sft alone makes the chosen answers likely and leaves the rejected ones to themselves.
    String learnt = loss == DpoLoss.SFT ? "mean_token_accuracy" : "rewards/accuracies";
    assertThat(metrics.means().get(learnt)).as(loss.trlName()).isGreaterThan(0.9);
  }

  /** FIELD row 7: 1 x 8 equals 8 x 1, and the micro-batch budget changes nothing. */
  @Test
  void accumulationEqualsOneLargeBatch() {
    List<float[]> whole = train(config(4, 8, 1, 1 << 20));
    assertSame(whole, train(config(4, 1, 8, 1)), 2e-5f);
    assertSame(whole, train(config(4, 4, 2, 30)), 2e-5f);
  }

  private List<float[]> train(TrainingConfig config) {
    DecoderTransformer model = adapted();
    PreferenceTask task = new PreferenceTask(model, DpoObjective.sigmoid(0.2));
    new TrainingLoop<>("dpo", task, config, BACKEND, quiet("c", () -> false))
        .run(pairs(20), List.of());
    return model.parameters().stream().map(p -> p.value().toArray()).toList();
  }

  private static void assertSame(List<float[]> expected, List<float[]> got, float tolerance) {
    for (int p = 0; p < expected.size(); p++) {
      for (int i = 0; i < expected.get(p).length; i++) {
        assertThat(got.get(p)[i]).isCloseTo(expected.get(p)[i], within(tolerance));
      }
    }
  }

  /** FIELD row 16: a resumed run ends bit for bit where the uninterrupted one does. */
  @Test
  void resumedRunEqualsTheUninterruptedOneExactly() {
    TrainingConfig config = saving(config(9, 5, 1, 4096), 1);
    List<float[]> whole = trainWithDropout(config, "whole", () -> false, false);
    AtomicInteger asked = new AtomicInteger();
    trainWithDropout(config, "parts", () -> asked.getAndIncrement() >= 4, false);
    assertThat(Files.exists(folder.resolve("parts/checkpoint/step-4.safetensors"))).isTrue();
    List<float[]> resumed = trainWithDropout(config, "parts", () -> false, true);
    assertSame(whole, resumed, 0f);
  }

  private List<float[]> trainWithDropout(
      TrainingConfig config, String name, BooleanSupplier stop, boolean resume) {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    LoraConfig all = LoraConfig.allLinear(4, 8);
    model.addAdapter(new LoraConfig(4, 8, 0.3, all.targets(), false), 1);
    PreferenceTask task = new PreferenceTask(model, DpoObjective.sigmoid(0.2));
    new TrainingLoop<>("dpo", task, config, BACKEND, quiet(name, stop))
        .run(pairs(12), List.of(), resume);
    return model.parameters().stream().map(p -> p.value().toArray()).toList();
  }

  @Test
  void sameSeedSameResult() {
    assertSame(train(config(3, 4, 1, 4096)), train(config(3, 4, 1, 4096)), 0f);
  }

  /**
   * FIELD row 14: B moves at the first step, A (whose gradient is zero while B = 0) from the
   * second.
   */
  @Test
  void adapterReceivesGradients() {
    DecoderTransformer model = adapted();
    PreferenceTask task = new PreferenceTask(model, DpoObjective.sigmoid(0.2));
    model.clearGradients();
    task.run(pairs(4), pairs(4), true, new MetricSums());
    for (Parameter parameter : model.parameters()) {
      double norm = BACKEND.sumOfSquares(parameter.gradient());
      if (parameter.name().contains("lora_B")) {
        assertThat(norm).as(parameter.name()).isGreaterThan(0);
      } else {
        assertThat(norm).as(parameter.name()).isZero();
      }
    }
  }

  /** FIELD 3.13: a loss that is not a number stops the run; nothing learns from it. */
  @Test
  void lossThatIsNotANumberStopsDumpsAndKeepsTheWeights() throws IOException {
    DecoderTransformer model = adapted();
    List<float[]> before = model.parameters().stream().map(p -> p.value().toArray()).toList();
    model.weights().get("model.norm.weight").set(0, 0, Float.NaN);
    PreferenceTask task = new PreferenceTask(model, DpoObjective.sigmoid(0.2));
    TrainingLoop<TokenizedPair> loop =
        new TrainingLoop<>("dpo", task, config(5, 2, 1, 4096), BACKEND, quiet("d", () -> false));
    assertThatThrownBy(() -> loop.run(pairs(6), List.of()))
        .isInstanceOf(NonFiniteLossException.class)
        .hasMessageContaining("dpo step 1: loss is NaN")
        .hasMessageContaining("failed-batch.json")
        .hasMessageContaining("the last good weights are in");
    assertThat(Files.readString(folder.resolve("d/failed-batch.json"))).contains("\"row ");
    assertSame(before, model.parameters().stream().map(p -> p.value().toArray()).toList(), 0f);
    assertThat(folder.resolve("d/checkpoint/step-0.safetensors")).exists();
    assertThat(folder.resolve("d/checkpoint/step-0.json")).exists();
  }

  /** The learning rate follows the clock where that is ahead of the steps. */
  @Test
  void timeThatIsUpEndsTheRunWithTheScheduleDone() {
    TrainingConfig timed =
        config(1_000_000, 2, 1, 4096).toBuilder().maxSeconds(1.5).warmupRatio(0).build();
    TrainingResult result =
        new TrainingLoop<>(
                "dpo",
                new PreferenceTask(adapted(), DpoObjective.sigmoid(0.2)),
                timed,
                BACKEND,
                RunContext.of(folder))
            .run(pairs(6), List.of());
    assertThat(result.stopped()).isTrue();
    assertThat(result.steps()).isBetween(1L, 999_999L);
    assertThat(result.last().get("learning_rate")).isLessThan(0.2 * timed.learningRate());
  }

  @Test
  void metricsCarryTrlsNames() throws IOException {
    PreferenceTask task = new PreferenceTask(adapted(), DpoObjective.sigmoid(0.2));
    Path file = folder.resolve("metrics.jsonl");
    new TrainingLoop<>(
            "dpo",
            task,
            config(2, 4, 1, 4096),
            BACKEND,
            RunContext.of(folder, new MetricsLogListener(folder)))
        .run(pairs(8), pairs(2));
    List<String> lines = Files.readAllLines(file);
    assertThat(lines.get(0))
        .contains(
            "\"loss\"",
            "\"grad_norm\"",
            "\"learning_rate\"",
            "\"rewards/chosen\"",
            "\"rewards/rejected\"",
            "\"rewards/accuracies\"",
            "\"rewards/margins\"",
            "\"logps/chosen\"",
            "\"logps/rejected\"",
            "\"logits/chosen\"",
            "\"logits/rejected\"",
            "\"entropy\"",
            "\"mean_token_accuracy\"",
            "\"num_tokens\"",
            "\"epoch\"");
    assertThat(lines.get(lines.size() - 1)).contains("\"eval_loss\"", "\"eval_rewards/margins\"");
  }

  @Test
  void fullFineTuningNeedsAPrecomputedReference() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.trainAllWeights();
    PreferenceTask task = new PreferenceTask(model, DpoObjective.sigmoid(0.2));
    List<TokenizedPair> pairs = pairs(4);
    assertThatThrownBy(() -> task.run(pairs, pairs, true, new MetricSums()))
        .hasMessageContaining("precomputeReference");
    task.precomputeReference(pairs, 64, Reference.of(model));
    assertThat(task.run(pairs, pairs, true, new MetricSums())).isCloseTo(Math.log(2), within(1e-6));
  }

  private TrainingResult logging(
      Path out,
      TrainingConfig config,
      List<TokenizedPair> held,
      BooleanSupplier stop,
      boolean resume) {
    return new TrainingLoop<>(
            "dpo",
            new PreferenceTask(adapted(), DpoObjective.sigmoid(0.2)),
            config,
            BACKEND,
            RunContext.of(out, new MetricsLogListener(out))
                .cancelledBy(CancellationToken.when(stop)))
        .run(pairs(12), held, resume);
  }

  private static BooleanSupplier after(int steps) {
    AtomicInteger asked = new AtomicInteger();
    return () -> asked.getAndIncrement() >= steps;
  }

  /** A stop between two lines of the log, lines that the checkpoint does not know, then resume. */
  @Test
  void resumedRunsLogIsThatOfTheUninterruptedOne() throws IOException {
    TrainingConfig config =
        saving(config(8, 5, 1, 4096), 1).toBuilder().loggingSteps(3).evalSteps(2).build();
    Path whole = folder.resolve("whole");
    TrainingResult all = logging(whole, config, pairs(3), () -> false, false);
    Path parts = folder.resolve("parts");
    logging(parts, config, pairs(3), after(4), false);
    Files.writeString(
        parts.resolve("metrics.jsonl"),
        "{\"phase\":\"dpo\",\"step\":5,\"loss\":1}\n{\"phase\":\"dpo\",\"st",
        StandardOpenOption.APPEND);
    TrainingResult resumed = logging(parts, config, pairs(3), () -> false, true);
    assertThat(parts.resolve("metrics.jsonl"))
        .hasSameTextualContentAs(whole.resolve("metrics.jsonl"));
    assertThat(resumed).isEqualTo(all);
    String log = Files.readString(whole.resolve("metrics.jsonl"));
    // 8 steps of 5, 5 and 2 pairs of 3 + 2 and 3 + 3 tokens.
    assertThat(log).contains("\"num_tokens\":374.0");
    assertThat(log.split("eval_loss", -1)).as("evaluations at 2, 4, 6, 8").hasSize(5);
  }

  /** The last step of an epoch has fewer pairs; a mean over steps counts pairs. */
  @Test
  void loggedMeansAreThoseOfAllPairs() throws IOException {
    List<TokenizedPair> pairs = pairs(12);
    TrainingConfig still =
        TrainingConfig.builder(0).maxSteps(3).batchSize(5).loggingSteps(3).build();
    Path out = folder.resolve("still");
    logging(out, still, pairs, () -> false, false);
    List<String> lines = Files.readAllLines(out.resolve("metrics.jsonl"));
    ObjectMapper json = new ObjectMapper();
    double logged = json.readTree(lines.get(0)).get("logps/chosen").asDouble();
    double all = json.readTree(lines.get(1)).get("eval_logps/chosen").asDouble();
    assertThat(logged).isCloseTo(all, within(1e-6));
    assertThat(json.readTree(lines.get(0)).get("mean_token_accuracy").asDouble() * 24)
        .isCloseTo(
            json.readTree(lines.get(1)).get("eval_mean_token_accuracy").asDouble() * 24,
            within(1e-12));
  }

  /** A checkpoint of an earlier run is not what a failing run goes on from. */
  @Test
  void failingRunKeepsItsOwnLastState() throws IOException {
    TrainingConfig config = saving(config(6, 5, 1, 4096), 4);
    Path out = folder.resolve("own");
    logging(out, config, List.of(), () -> false, false);
    DecoderTransformer model = adapted();
    PreferenceTask task = new PreferenceTask(model, DpoObjective.sigmoid(0.2));
    AtomicInteger steps = new AtomicInteger();
    BooleanSupplier breaking =
        () -> {
          if (steps.getAndIncrement() == 2) {
            model.weights().get("model.norm.weight").set(0, 0, Float.NaN);
          }
          return false;
        };
    TrainingLoop<TokenizedPair> loop =
        new TrainingLoop<>("dpo", task, config, BACKEND, quiet("own", breaking));
    assertThatThrownBy(() -> loop.run(pairs(12), List.of()))
        .isInstanceOf(NonFiniteLossException.class)
        .hasMessageContaining("dpo step 3: loss is NaN")
        .hasMessageContaining("resuming goes on with step 3");
    assertThat(out.resolve("checkpoint.previous/step-6.safetensors")).exists();
    assertThat(out.resolve("checkpoint/step-2.safetensors")).exists();
    Path whole = folder.resolve("whole");
    logging(whole, config, List.of(), () -> false, false);
    logging(out, config, List.of(), () -> false, true);
    assertThat(out.resolve("checkpoint/step-6.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("checkpoint/step-6.safetensors"));
  }

  /** The reference is the adapter that a run began with; with another one it is another run. */
  @Test
  void resumingNeedsTheAdapterThatTheRunBeganWith() {
    Path out = folder.resolve("reference");
    fromAdapter(out, 1, false);
    fromAdapter(out, 1, true);
    assertThatThrownBy(() -> fromAdapter(out, 2, true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("the one given has other weights");
    assertThatThrownBy(
            () -> logging(out, saving(config(3, 5, 1, 64), 1), List.of(), () -> false, true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("none is given");
  }

  private void fromAdapter(Path out, long seed, boolean resume) {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.addAdapter(LoraConfig.allLinear(4, 8), seed);
    model.keepAdapterAsReference();
    new TrainingLoop<>(
            "dpo",
            new PreferenceTask(model, DpoObjective.sigmoid(0.2)),
            saving(config(3, 5, 1, 4096), 1),
            BACKEND,
            RunContext.of(out))
        .run(pairs(12), List.of(), resume);
  }

  @Test
  void checkpointOfAnEarlierFormatIsNamed() throws IOException {
    Path state = folder.resolve("old/checkpoint/state.json");
    Files.createDirectories(state.getParent());
    Files.writeString(state, "{\"step\":3,\"weights\":\"step-3.safetensors\",\"task\":{}}");
    assertThatThrownBy(
            () -> logging(folder.resolve("old"), config(5, 5, 1, 64), List.of(), () -> false, true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(state + ": has format 1")
        .hasMessageContaining("or train anew");
  }
}
