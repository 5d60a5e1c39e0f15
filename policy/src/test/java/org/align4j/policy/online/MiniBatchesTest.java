package org.align4j.policy.online;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.Gae;
import org.align4j.core.advantage.ScoredCompletions;
import org.align4j.core.policygradient.PolicyGradientValue;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.RolloutCounts;
import org.align4j.core.policygradient.RolloutLogProbs;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.FinishReason;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.GradientClipper;
import org.align4j.policy.task.ActorCriticTask;
import org.align4j.policy.tck.RandomWeights;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PPO's passes over a round in mini-batches against the same steps written out one by one. */
class MiniBatchesTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final double TEMPERATURE = 0.7;
  private static final double RATE = 0.01;
  private static final double VALUE_WEIGHT = 0.1;
  private static final long ROUND = 3;
  private static final int GENERATIONS = 2;
  private static final int[][] PROMPTS = {{2, 3, 5}, {2, 3}, {7, 8, 9, 1}};
  private static final int[][] COMPLETIONS = {{4, 6}, {11}, {1, 2, 3}, {5, 5}, {9}, {8, 7, 6}};
  private static final double[] REWARDS = {1, -0.5, 0.25, 2, -1, 0.75};
  private static final PpoObjective OBJECTIVE = PpoObjective.of(0.2);
  private static final ValueLoss VALUE_LOSS = new ValueLoss(0.2);
  private static final AdvantageEstimator ESTIMATOR =
      AdvantageEstimator.ppo(new Gae(1, 0.95), false);

  @TempDir Path folder;

  private static ActorCritic model() {
    DecoderTransformer policy = TinyModels.create(BACKEND, 1);
    policy.addAdapter(LoraConfig.allLinear(3, 6), 1);
    ActorCritic model = ActorCritic.sharedTrunk(policy);
    RandomWeights.fill(model.parameters(), 2);
    return model;
  }

  private static TrainingConfig training() {
    return TrainingConfig.builder(RATE).maxSteps(10).batchSize(PROMPTS.length).build();
  }

  /** Completions that are given, with the log-probs that a sampler would have recorded. */
  private static List<Rollout> rollouts(ActorCritic model) {
    List<Rollout> out = new ArrayList<>();
    for (int i = 0; i < COMPLETIONS.length; i++) {
      int[] prompt = PROMPTS[i / GENERATIONS];
      OnlinePrompt source =
          i % GENERATIONS == 0
              ? new OnlinePrompt("row " + i, "", prompt)
              : out.get(out.size() - 1).prompt();
      out.add(
          new Rollout(
              source, new Completion(COMPLETIONS[i], new double[0], FinishReason.LENGTH), ""));
    }
    TokenBatch batch = Rollout.batch(out);
    List<double[]> logProbs =
        batch.slices(model.forward(batch, Mode.EVALUATE, TEMPERATURE).stats().logProbs());
    for (int i = 0; i < out.size(); i++) {
      Completion completion = new Completion(COMPLETIONS[i], logProbs.get(i), FinishReason.LENGTH);
      out.set(i, new Rollout(out.get(i).prompt(), completion, ""));
    }
    return out;
  }

  private List<float[]> updated(int epochs, int miniBatches) {
    ActorCritic model = model();
    OnlineConfig config = new OnlineConfig(training(), GENERATIONS, epochs, miniBatches, 0, 0, 0);
    ActorCriticTask task =
        new ActorCriticTask(model, OBJECTIVE, VALUE_LOSS, VALUE_WEIGHT, TEMPERATURE);
    PolicyGradientUpdate update =
        new PolicyGradientUpdate(
            model,
            new StepRunner<>("ppo", task, training(), BACKEND, folder),
            ESTIMATOR,
            PolicyGradientUpdate.Settings.withoutKl(TEMPERATURE),
            config);
    update.update(rollouts(model), REWARDS, RATE, ROUND);
    return weights(model);
  }

  private static List<float[]> weights(ActorCritic model) {
    return model.parameters().stream().map(parameter -> parameter.value().toArray()).toList();
  }

  /** What is known of a round before anything is learnt from it. */
  private record Round(
      List<Rollout> rollouts,
      List<double[]> old,
      List<double[]> values,
      AdvantageEstimator.Estimate estimate) {

    static Round of(ActorCritic model) {
      List<Rollout> rollouts = MiniBatchesTest.rollouts(model);
      TokenBatch batch = Rollout.batch(rollouts);
      ActorCritic.Pass pass = model.forward(batch, Mode.EVALUATE, TEMPERATURE);
      List<double[]> old = batch.slices(pass.stats().logProbs());
      List<double[]> values = batch.slices(pass.values());
      List<double[]> penalties = old.stream().map(row -> new double[row.length]).toList();
      return new Round(
          rollouts,
          old,
          values,
          ESTIMATOR.estimate(new ScoredCompletions(REWARDS, penalties, values, GENERATIONS)));
    }

    /** The completions of some prompts. */
    Round of(List<Integer> prompts) {
      return new Round(
          picked(rollouts, prompts),
          picked(old, prompts),
          picked(values, prompts),
          new AdvantageEstimator.Estimate(
              picked(estimate.advantages(), prompts), picked(estimate.returns(), prompts)));
    }

    private static <T> List<T> picked(List<T> all, List<Integer> prompts) {
      List<T> out = new ArrayList<>();
      prompts.forEach(p -> out.addAll(all.subList(p * GENERATIONS, (p + 1) * GENERATIONS)));
      return out;
    }
  }

  /** The steps of a round, in the order of the given mini-batches of prompts. */
  private static List<float[]> byHand(List<List<Integer>> miniBatches) {
    ActorCritic model = model();
    Round round = Round.of(model);
    AdamW optimizer = new AdamW(BACKEND, training().adam(), model.parameters());
    for (List<Integer> prompts : miniBatches) {
      Round part = round.of(prompts);
      TokenBatch batch = Rollout.batch(part.rollouts());
      model.clearGradients();
      ActorCritic.Pass pass = model.forward(batch, Mode.TRAIN, TEMPERATURE);
      RolloutLogProbs input =
          new RolloutLogProbs(
              batch.slices(pass.stats().logProbs()), part.old(), part.estimate().advantages());
      PolicyGradientValue policy = OBJECTIVE.evaluate(input);
      ValueLoss.Value value =
          VALUE_LOSS.evaluate(
              batch.slices(pass.values()),
              part.values(),
              part.estimate().returns(),
              RolloutCounts.of(input.policy()));
      double[] dValues = batch.flat(value.dValues());
      for (int i = 0; i < dValues.length; i++) {
        dValues[i] *= VALUE_WEIGHT;
      }
      model.backward(batch.flat(policy.dPolicy()), dValues);
      GradientClipper.clip(BACKEND, model.parameters(), training().maxGradNorm());
      optimizer.step(RATE);
    }
    return weights(model);
  }

  /** Prompts of a round in the order that the run's seed draws for a pass. */
  private static List<Integer> drawn(int epoch) {
    List<Integer> prompts = new ArrayList<>(List.of(0, 1, 2));
    RandomStream.of(training().seed(), Purpose.MINI_BATCHES).at(ROUND).at(epoch).shuffle(prompts);
    return prompts;
  }

  private static void assertSame(List<float[]> got, List<float[]> expected) {
    assertThat(got).hasSameSizeAs(expected);
    for (int i = 0; i < got.size(); i++) {
      assertThat(got.get(i)).as("parameter %d", i).containsExactly(expected.get(i));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,2", "2,2", "1,3", "3,3"})
  void updatesAreTheirStepsOneByOne(int epochs, int miniBatches) {
    List<List<Integer>> steps = new ArrayList<>();
    for (int epoch = 0; epoch < epochs; epoch++) {
      List<Integer> prompts = drawn(epoch);
      for (int i = 0; i < miniBatches; i++) {
        steps.add(prompts.subList(i * 3 / miniBatches, (i + 1) * 3 / miniBatches));
      }
    }
    assertSame(updated(epochs, miniBatches), byHand(steps));
  }

  @Test
  void asOneMiniBatchARoundKeepsItsOrder() {
    List<Integer> all = List.of(0, 1, 2);
    assertSame(updated(2, 1), byHand(List.of(all, all)));
  }

  @Test
  void orderAndCutMatter() {
    List<Integer> order = drawn(0);
    List<Integer> other = new ArrayList<>(order);
    Collections.reverse(other);
    List<float[]> got = updated(1, 3);
    assertThat(got.get(0)).isNotEqualTo(byHand(List.of(other)).get(0));
    assertThat(got.get(0)).isNotEqualTo(byHand(other.stream().map(List::of).toList()).get(0));
  }
}
