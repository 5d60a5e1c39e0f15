package org.align4j.policy.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.CpoLoss;
import org.align4j.core.objective.CpoObjective;
import org.align4j.core.objective.KtoLoss;
import org.align4j.core.objective.KtoObjective;
import org.align4j.core.objective.OrpoObjective;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.text.TokenizedUnpaired;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** KTO, BCO, CPO and ORPO learn on a tiny model. */
class UnpairedTaskTest {
  private static final Backend BACKEND = Backends.defaultBackend();

  @TempDir Path folder;

  private static DecoderTransformer adapted() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.addAdapter(LoraConfig.allLinear(8, 16), 1);
    return model;
  }

  private static TrainingConfig config(long steps, int saveSteps) {
    return TrainingConfig.builder(0.02).maxSteps(steps).batchSize(12).saveSteps(saveSteps).build();
  }

  private RunContext quiet(String name) {
    return RunContext.of(folder.resolve(name));
  }

  private static List<TokenizedUnpaired> examples(int count) {
    Random random = new Random(1);
    List<TokenizedUnpaired> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int t = 5 + random.nextInt(8);
      boolean good = i % 2 == 0;
      out.add(
          new TokenizedUnpaired(
              "row " + i,
              new int[] {2, 3, t},
              good ? new int[] {t, t} : new int[] {1, 1, 1},
              good));
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource(KtoLoss.class)
  void everyUnpairedLossLearnsThePreference(KtoLoss loss) {
    DecoderTransformer model = adapted();
    UnpairedTask task = new UnpairedTask(model, new KtoObjective(0.5, loss, 1, 1));
    List<TokenizedUnpaired> examples = examples(48);
    new TrainingLoop<>("kto", task, config(40, 0), BACKEND, quiet("a")).run(examples, List.of());
    MetricSums metrics = new MetricSums();
    task.prepare(List.of(examples), false);
    task.run(examples, examples, false, metrics);
    Map<String, Double> means = task.withDerived(metrics.means());
    assertThat(means.get("rewards/margins")).as(loss.name()).isGreaterThan(1);
    assertThat(means.get("rewards/rejected")).isNegative();
  }

  /** The running mean of BCO's rewards is part of a checkpoint. */
  @Test
  void resumedBcoEndsWhereTheWholeRunDoes() {
    List<float[]> whole = train(config(8, 4), "whole", false);
    train(config(4, 4), "part", false);
    List<float[]> resumed = train(config(8, 4), "part", true);
    for (int i = 0; i < whole.size(); i++) {
      assertThat(resumed.get(i)).containsExactly(whole.get(i));
    }
  }

  private List<float[]> train(TrainingConfig config, String name, boolean resume) {
    DecoderTransformer model = adapted();
    // A constant rate, so that a run of four steps is the first half of one of eight.
    TrainingConfig constant = config.toBuilder().schedule(LearningRateSchedule.CONSTANT).build();
    UnpairedTask task = new UnpairedTask(model, new KtoObjective(0.5, KtoLoss.BCO, 1, 1));
    new TrainingLoop<>("bco", task, constant, BACKEND, quiet(name))
        .run(examples(40), List.of(), resume);
    return model.parameters().stream().map(p -> p.value().toArray()).toList();
  }

  private static double kl(UnpairedTask task, List<TokenizedUnpaired> step) {
    MetricSums metrics = new MetricSums();
    task.prepare(List.of(step), false);
    task.run(step, step, false, metrics);
    return metrics.means().get("kl");
  }

  /** A list of examples that is met again has the KL of the weights as they are now. */
  @Test
  void theKlIsEstimatedAnewForEveryStep() {
    DecoderTransformer model = adapted();
    UnpairedTask task = new UnpairedTask(model, new KtoObjective(0.5, KtoLoss.KTO, 1, 1));
    List<TokenizedUnpaired> step = examples(8);
    assertThat(kl(task, step)).isZero();
    move(model);
    double moved = kl(task, step);
    assertThat(moved).isPositive();
    UnpairedTask other = new UnpairedTask(model, new KtoObjective(0.5, KtoLoss.KTO, 1, 1));
    assertThat(kl(other, List.copyOf(step))).isEqualTo(moved);
  }

  /** Makes token 1 much likelier than it was, so that the estimate is positive. */
  private static void move(DecoderTransformer model) {
    List<TokenizedUnpaired> ones = new ArrayList<>();
    for (TokenizedUnpaired one : examples(24)) {
      ones.add(new TokenizedUnpaired(one.source(), one.prompt(), one.completion(), true));
    }
    UnpairedTask task =
        new UnpairedTask(model, new KtoObjective(0.5, KtoLoss.APO_ZERO_UNPAIRED, 1, 1));
    StepRunner<TokenizedUnpaired> steps =
        new StepRunner<>("kto", task, config(9, 0), BACKEND, Path.of("unused"));
    for (int i = 0; i < 9; i++) {
      steps.run(ones, 0.02, i);
    }
  }

  /** Both completions of a prompt side by side are no mismatched pair. */
  @Test
  void theKlIsThatOfCompletionsOfOtherPrompts() {
    DecoderTransformer model = adapted();
    move(model);
    UnpairedTask task = new UnpairedTask(model, new KtoObjective(0.5, KtoLoss.KTO, 1, 1));
    TokenizedUnpaired good =
        new TokenizedUnpaired("a", new int[] {2, 3, 5}, new int[] {5, 5}, true);
    TokenizedUnpaired bad =
        new TokenizedUnpaired("a", new int[] {2, 3, 5}, new int[] {9, 9}, false);
    TokenizedUnpaired other =
        new TokenizedUnpaired("b", new int[] {2, 3, 7}, new int[] {1, 1, 1}, true);
    double expected =
        (2 * logRatio(model, good.prompt(), other.completion())
                + logRatio(model, other.prompt(), bad.completion()))
            / 3;
    assertThat(expected).isPositive();
    assertThat(kl(task, List.of(good, bad, other))).isCloseTo(expected, within(1e-5));
  }

  private static double logRatio(DecoderTransformer model, int[] prompt, int[] completion) {
    TokenBatch batch =
        TokenBatch.of(PromptCompletions.ofPairs(List.of(prompt), List.of(completion)));
    return Arrays.stream(model.forward(batch, Mode.EVALUATE).logProbs()).sum()
        - Arrays.stream(model.forward(batch, Mode.REFERENCE).logProbs()).sum();
  }

  @Test
  void fullFineTuningNeedsASecondModel() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.trainAllWeights();
    assertThatThrownBy(() -> new UnpairedTask(model, new KtoObjective(0.5, KtoLoss.KTO, 1, 1)))
        .hasMessageContaining("needs a second model as the reference");
  }

  private void learns(PreferenceObjective objective) {
    DecoderTransformer model = adapted();
    List<TokenizedPair> pairs = new ArrayList<>();
    for (TokenizedUnpaired one : examples(48)) {
      int t = one.prompt()[2];
      pairs.add(
          new TokenizedPair(one.source(), one.prompt(), new int[] {t, t}, new int[] {1, 1, 1}));
    }
    PreferenceTask task = new PreferenceTask(model, objective);
    new TrainingLoop<>("pairs", task, config(40, 0), BACKEND, quiet("b")).run(pairs, List.of());
    MetricSums metrics = new MetricSums();
    task.run(pairs, pairs, false, metrics);
    assertThat(metrics.means().get("rewards/accuracies")).isGreaterThan(0.9);
  }

  @ParameterizedTest
  @EnumSource(CpoLoss.class)
  void cpoLearnsWithoutAReference(CpoLoss loss) {
    learns(CpoObjective.of(0.5, loss));
  }

  @Test
  void orpoLearnsWithoutAReference() {
    learns(new OrpoObjective(0.5));
  }
}
