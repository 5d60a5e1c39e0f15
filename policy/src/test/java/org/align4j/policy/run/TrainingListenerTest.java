package org.align4j.policy.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingListenerTest {
  private static final Backend BACKEND = Backends.named("scalar");

  @TempDir Path folder;

  private static DecoderTransformer adapted() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.addAdapter(LoraConfig.allLinear(4, 8), 1);
    return model;
  }

  private static List<float[]> weights(DecoderTransformer model) {
    return model.parameters().stream().map(p -> p.value().toArray()).toList();
  }

  private static List<TokenizedPair> pairs() {
    List<TokenizedPair> out = new ArrayList<>();
    for (int t = 5; t < 9; t++) {
      out.add(new TokenizedPair("row " + t, new int[] {2, t}, new int[] {t}, new int[] {1}));
    }
    return out;
  }

  private static TrainingConfig config(int steps) {
    return TrainingConfig.builder(0.01)
        .maxSteps(steps)
        .batchSize(2)
        .schedule(LearningRateSchedule.CONSTANT)
        .loggingSteps(2)
        .build();
  }

  private static TrainingResult train(
      DecoderTransformer model,
      TrainingConfig config,
      Supplier<Map<String, Double>> evaluation,
      boolean resume,
      RunContext context) {
    PreferenceTask task = new PreferenceTask(model, DpoObjective.sigmoid(0.2));
    return new TrainingLoop<>("dpo", task, config, BACKEND, context)
        .run(pairs(), evaluation, resume);
  }

  /** Evaluations that give the next of these scores. */
  private static Supplier<Map<String, Double>> scores(double... values) {
    int[] next = new int[1];
    return () -> Map.of("eval_score", values[next[0]++]);
  }

  private static final class Recorder implements TrainingListener {
    private final List<String> events = new ArrayList<>();

    @Override
    public void onStart(TrainingEvent event) {
      events.add("start " + event.step() + " of " + event.run().totalSteps());
    }

    @Override
    public void onStep(TrainingEvent event) {
      assertThat(event.metrics()).containsKeys("loss", "rewards/accuracies");
      events.add("step " + event.step());
    }

    @Override
    public void onLog(TrainingEvent event) {
      assertThat(event.metrics()).containsKeys("loss", "num_tokens", "epoch");
      events.add("log " + event.step());
    }

    @Override
    public void onEvaluation(TrainingEvent event) {
      events.add("evaluation " + event.step());
    }

    @Override
    public void onCheckpoint(TrainingEvent event) {
      events.add("checkpoint " + event.step());
    }

    @Override
    public void onEnd(TrainingRun run, TrainingResult result) {
      events.add("end " + result.steps() + " " + result.outcome());
    }
  }

  @Test
  void listenersAreToldInOrder() {
    Recorder recorder = new Recorder();
    TrainingConfig config =
        config(5).toBuilder().evalSteps(2).evalOnStart(true).saveSteps(2).build();
    train(adapted(), config, scores(1, 2, 3, 4), false, RunContext.of(folder, recorder));
    assertThat(recorder.events)
        .containsExactly(
            "start 0 of 5",
            "evaluation 0",
            "step 1",
            "step 2",
            "log 2",
            "evaluation 2",
            "checkpoint 2",
            "step 3",
            "step 4",
            "log 4",
            "evaluation 4",
            "checkpoint 4",
            "step 5",
            "evaluation 5",
            "log 5",
            "checkpoint 5",
            "end 5 COMPLETED");
  }

  @Test
  void exceptionOfAListenerEndsTheRunAndAllListenersAreTold() {
    Recorder recorder = new Recorder();
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void onStep(TrainingEvent event) {
            throw new IllegalStateException("mine");
          }
        };
    RunContext context = RunContext.of(folder, recorder, failing);
    assertThatThrownBy(() -> train(adapted(), config(5), Map::of, false, context))
        .hasMessage("mine");
    assertThat(recorder.events).containsExactly("start 0 of 5", "step 1", "end 1 FAILED");
  }

  @Test
  void cancelledRunEndsBetweenSteps() {
    CancellationToken token = new CancellationToken();
    TrainingListener cancelling =
        new TrainingListener() {
          @Override
          public void onStep(TrainingEvent event) {
            if (event.step() == 2) {
              token.cancel();
            }
          }
        };
    RunContext context = RunContext.of(folder, cancelling).cancelledBy(token);
    TrainingResult result = train(adapted(), config(5), Map::of, false, context);
    assertThat(result.steps()).isEqualTo(2);
    assertThat(result.stopped()).isTrue();
  }

  @Test
  void earlyStoppingEndsARunThatNoLongerImproves() {
    EarlyStopping stopping = new EarlyStopping(EvaluationScore.highest("eval_score"), 2, 0.5);
    TrainingConfig config = config(9).toBuilder().evalSteps(1).build();
    TrainingResult result =
        train(adapted(), config, scores(1, 2, 2.4, 2.5), false, RunContext.of(folder, stopping));
    assertThat(result.steps()).isEqualTo(4);
    assertThat(result.stopped()).isTrue();
    assertThat(result.evaluation()).containsEntry("eval_score", 2.5);
  }

  @Test
  void earlyStoppingGoesOnCountingWhenResumed() {
    TrainingConfig config = config(3).toBuilder().evalSteps(1).saveSteps(1).build();
    EarlyStopping before = new EarlyStopping(EvaluationScore.lowest("eval_score"), 3, 0);
    train(adapted(), config, scores(1, 2, 3), false, RunContext.of(folder, before));
    EarlyStopping after = new EarlyStopping(EvaluationScore.lowest("eval_score"), 3, 0);
    TrainingConfig longer = config.toBuilder().maxSteps(9).build();
    TrainingResult result =
        train(adapted(), longer, scores(4, 5), true, RunContext.of(folder, after));
    assertThat(result.steps()).isEqualTo(4);
  }

  @Test
  void keepBestLeavesTheWeightsOfTheBestEvaluation() {
    DecoderTransformer whole = adapted();
    TrainingConfig config = config(4).toBuilder().evalSteps(1).build();
    train(whole, config.toBuilder().maxSteps(2).build(), scores(0, 0), false, at("two"));
    DecoderTransformer model = adapted();
    KeepBest best = new KeepBest(EvaluationScore.highest("eval_score"));
    train(model, config, scores(1, 3, 3, 2), false, at("best", best));
    assertThat(best.bestStep()).isEqualTo(2);
    assertSame(weights(whole), weights(model));
  }

  @Test
  void keepBestKnowsTheWeightsBeforeAResume() {
    TrainingConfig config = config(2).toBuilder().evalSteps(1).saveSteps(1).build();
    DecoderTransformer first = adapted();
    train(first, config, scores(1, 3), false, at("resumed", highest()));
    DecoderTransformer second = adapted();
    TrainingConfig longer = config.toBuilder().maxSteps(4).build();
    train(second, longer, scores(2, 2.5), true, at("resumed", highest()));
    assertSame(weights(first), weights(second));
  }

  private static KeepBest highest() {
    return new KeepBest(EvaluationScore.highest("eval_score"));
  }

  private RunContext at(String name, TrainingListener... listeners) {
    return RunContext.of(folder.resolve(name), listeners);
  }

  private static void assertSame(List<float[]> expected, List<float[]> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).containsExactly(expected.get(i));
    }
  }

  @Test
  void unknownMetricIsNamedWithTheKnownOnes() {
    assertThatThrownBy(() -> EvaluationScore.highest("eval_los").of(Map.of("eval_loss", 1.0)))
        .hasMessage("evaluations have no metric \"eval_los\"; they have [eval_loss]");
  }

  @Test
  void twoListenersWithStateNeedDifferentNames() {
    TrainingConfig config = config(2).toBuilder().evalSteps(1).saveSteps(1).build();
    RunContext twice = RunContext.of(folder, highest(), highest());
    assertThatThrownBy(() -> train(adapted(), config, scores(1, 2), false, twice))
        .hasMessageContaining("two listeners are named \"KeepBest\"");
  }

  @Test
  void asManyCheckpointsAreKeptAsAllowed() throws IOException {
    TrainingConfig config = config(5).toBuilder().saveSteps(1).saveTotalLimit(3).build();
    train(adapted(), config, Map::of, false, RunContext.of(folder));
    try (Stream<Path> files = Files.list(folder.resolve("checkpoint"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "step-3.json",
              "step-3.safetensors",
              "step-4.json",
              "step-4.safetensors",
              "step-5.json",
              "step-5.safetensors");
    }
  }
}
