package org.align4j.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.optim.GradientClipper;
import org.align4j.policy.task.ActorCriticTask;
import org.align4j.policy.task.ScoredRollout;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Defects that users of other libraries reported and that no other test names; the numbers are the
 * rows of the field study's tables.
 */
class FieldDefectsTest {
  private static final Backend BACKEND = Backends.defaultBackend();

  @TempDir Path folder;

  /** FIELD 3.2: the end token is a target whatever its id; no id is padding. */
  @Test
  void endTokenIsLearnt() {
    TokenBatch batch =
        TokenBatch.of(List.of(new PromptCompletions(new int[] {0, 5}, List.of(new int[] {7, 0}))));
    assertThat(batch.targets()).containsExactly(7, 0);
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    model.trainAllWeights();
    model.clearGradients();
    model.forward(batch, Mode.TRAIN);
    model.backward(new double[] {0, 1});
    assertThat(GradientClipper.norm(BACKEND, model.parameters())).isGreaterThan(1e-3);
  }

  /** FIELD 3.6: a row without a target is an error, not a loss over nothing. */
  @Test
  void rowWithoutTargetsIsRefused() {
    assertThatThrownBy(() -> new PromptCompletions(new int[] {1}, List.of(new int[0])))
        .hasMessage("completion 0 needs at least one target token");
  }

  /** FIELD 3.17: the head runs on completion positions only. */
  @Test
  void promptsCostNoLogits() {
    int[] prompt = new Random(1).ints(40, 0, 29).toArray();
    TokenBatch batch =
        TokenBatch.of(
            List.of(new PromptCompletions(prompt, List.of(new int[] {3}, new int[] {4}))));
    assertThat(batch.headRows()).hasSize(2);
    assertThat(TinyModels.create(BACKEND, 1).hiddenStates(batch, Mode.EVALUATE).rows())
        .isEqualTo(2);
  }

  /** FIELD 3.18: the reference is the adapter switched off, not a second model. */
  @Test
  void referenceNeedsNoSecondModel() {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    TokenBatch batch =
        TokenBatch.of(List.of(new PromptCompletions(new int[] {2, 5}, List.of(new int[] {7}))));
    double base = model.forward(batch, Mode.EVALUATE).logProbs()[0];
    model.addAdapter(LoraConfig.allLinear(2, 4), 1);
    for (Parameter parameter : model.parameters()) {
      parameter.value().set(0, 0, 0.7f);
    }
    assertThat(model.forward(batch, Mode.EVALUATE).logProbs()[0]).isNotCloseTo(base, within(1e-4));
    assertThat(model.forward(batch, Mode.REFERENCE).logProbs()[0]).isCloseTo(base, within(1e-5));
  }

  /** FIELD 4, global-norm clipping: one norm over all tensors scales all of them alike. */
  @Test
  void clippingIsGlobal() {
    Parameter small = Parameter.matrix("small", Tensor.zeros(1, 1), Tensor.of(1, 1, 3f));
    Parameter large = Parameter.matrix("large", Tensor.zeros(1, 1), Tensor.of(1, 1, 4f));
    assertThat(GradientClipper.clip(BACKEND, List.of(small, large), 1)).isCloseTo(5, within(1e-6));
    assertThat(small.gradient().get(0, 0)).isCloseTo(0.6f, within(1e-5f));
    assertThat(large.gradient().get(0, 0)).isCloseTo(0.8f, within(1e-5f));
  }

  /** FIELD 4, PPO: the critic is there and learns the returns. */
  @Test
  void criticLearns() {
    DecoderTransformer policy = TinyModels.create(BACKEND, 3);
    policy.addAdapter(LoraConfig.allLinear(4, 8), 1);
    ActorCritic critic = ActorCritic.sharedTrunk(policy);
    ActorCriticTask task =
        new ActorCriticTask(critic, PpoObjective.of(0.2), new ValueLoss(0), 1, 1);
    List<ScoredRollout> rollouts = new ArrayList<>();
    for (int t = 5; t < 13; t++) {
      int[] completion = {t, 1};
      double[] zero = new double[2];
      double wanted = t % 2 == 0 ? 1 : -1;
      rollouts.add(
          new ScoredRollout("row " + t, new int[] {2, t}, completion, new double[] {-3, -3}, zero)
              .withCritique(zero, new double[] {wanted, wanted}));
    }
    MetricSums before = new MetricSums();
    task.run(rollouts, rollouts, false, before);
    StepRunner<ScoredRollout> steps =
        new StepRunner<>("ppo", task, TrainingConfig.defaults(0.02), BACKEND, folder);
    for (int step = 0; step < 60; step++) {
      steps.run(rollouts, 0.02, step);
    }
    MetricSums after = new MetricSums();
    task.run(rollouts, rollouts, false, after);
    assertThat(after.means().get("loss/value_avg"))
        .isLessThan(0.2 * before.means().get("loss/value_avg"));
  }
}
