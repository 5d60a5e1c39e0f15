package org.align4j.policy.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.tck.RandomWeights;
import org.align4j.policy.tck.WeightCheck;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PPO's loss of a step, policy's and critic's, with respect to every trained weight. */
class ActorCriticTaskTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final double TEMPERATURE = 0.7;

  private static DecoderTransformer adapted(long seed) {
    DecoderTransformer decoder = TinyModels.create(BACKEND, seed);
    decoder.addAdapter(LoraConfig.allLinear(3, 6), seed);
    return decoder;
  }

  private static ActorCriticTask task(boolean shared) {
    DecoderTransformer policy = adapted(1);
    ActorCritic model =
        shared
            ? ActorCritic.sharedTrunk(policy)
            : ActorCritic.separate(policy, new ScalarHeadModel(adapted(2), BACKEND));
    RandomWeights.fill(model.parameters(), 5);
    return new ActorCriticTask(model, PpoObjective.of(0.2), new ValueLoss(0.5), 0.3, TEMPERATURE);
  }

  /** Old log-probs and values so far from the present ones that some tokens are clipped. */
  private static List<ScoredRollout> rollouts() {
    Random random = new Random(7);
    int[] prompt = {1, 5, 7};
    List<ScoredRollout> out = new ArrayList<>();
    for (int[] completion : new int[][] {{3, 4, 8}, {11}, {6, 9}}) {
      int n = completion.length;
      out.add(
          new ScoredRollout(
                  "row",
                  prompt,
                  completion,
                  random.doubles(n, -5, -2).toArray(),
                  random.doubles(n, -1, 1).toArray())
              .withCritique(
                  random.doubles(n, -1, 1).toArray(), random.doubles(n, -1, 1).toArray()));
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gradientOfTheStepEqualsFiniteDifferences(boolean shared) {
    ActorCriticTask task = task(shared);
    List<ScoredRollout> step = rollouts();
    MetricSums metrics = new MetricSums();
    task.model().clearGradients();
    task.run(step, step, true, metrics);
    assertThat(metrics.means().get("policy/clipfrac_avg")).isPositive();
    assertThat(metrics.means().get("val/clipfrac_avg")).isPositive();
    WeightCheck.check(
        () -> task.run(step, step, false, new MetricSums()), task.model().parameters());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void microBatchesAddUpToTheStep(boolean shared) {
    ActorCriticTask whole = task(shared);
    ActorCriticTask cut = task(shared);
    List<ScoredRollout> step = rollouts();
    whole.model().clearGradients();
    double expected = whole.run(step, step, true, new MetricSums());
    cut.model().clearGradients();
    double loss = 0;
    for (ScoredRollout one : step) {
      loss += cut.run(List.of(one), step, true, new MetricSums());
    }
    assertThat(loss).isCloseTo(expected, within(1e-5));
    for (int i = 0; i < whole.model().parameters().size(); i++) {
      float[] want = whole.model().parameters().get(i).gradient().toArray();
      float[] have = cut.model().parameters().get(i).gradient().toArray();
      for (int j = 0; j < want.length; j++) {
        assertThat(have[j])
            .as(whole.model().parameters().get(i).name())
            .isCloseTo(want[j], within(1e-4f));
      }
    }
  }
}
