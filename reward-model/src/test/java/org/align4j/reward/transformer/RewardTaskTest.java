package org.align4j.reward.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.RopeConfig;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardTaskTest {
  private static final Backend BACKEND = Backends.defaultBackend();

  @TempDir Path folder;

  private static ScalarHeadModel model() {
    ModelConfig config =
        new ModelConfig(
            "llama", 29, 16, 24, 2, 4, 2, 6, 1e-5f, RopeConfig.plain(10_000), true, 0, false, 64);
    DecoderTransformer trunk = new DecoderTransformer(config, BACKEND);
    Random random = new Random(3);
    for (Map.Entry<String, Tensor> entry : trunk.weights().entrySet()) {
      Tensor tensor = entry.getValue();
      double center = entry.getKey().endsWith("norm.weight") ? 1 : 0;
      for (int r = 0; r < tensor.rows(); r++) {
        for (int j = 0; j < tensor.columns(); j++) {
          tensor.set(r, j, (float) (center + 0.3 * random.nextGaussian()));
        }
      }
    }
    return new ScalarHeadModel(trunk, BACKEND);
  }

  /** The chosen completion repeats the prompt's last token somewhere, the rejected one does not. */
  private static List<RewardPair> pairs(int count, long seed) {
    Random random = new Random(seed);
    List<RewardPair> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int t = 5 + random.nextInt(8);
      int other = 14 + random.nextInt(10);
      out.add(
          new RewardPair(
              new TokenizedPair(
                  "row " + i, new int[] {2, 3, t}, new int[] {other, 4, 1}, new int[] {t, 1}),
              0));
    }
    return out;
  }

  /** How a step is cut into micro-batches changes neither its loss nor its gradient. */
  @Test
  void microBatchesAddUpToTheStep() {
    List<RewardPair> step = pairs(9, 1);
    double[] whole = headGradient(step, 9);
    double[] cut = headGradient(step, 2);
    for (int i = 0; i < whole.length; i++) {
      assertThat(cut[i]).isCloseTo(whole[i], within(1e-5));
    }
  }

  /** The loss, then the head's gradient. */
  private static double[] headGradient(List<RewardPair> step, int pieces) {
    ScalarHeadModel model = model();
    model.head().initialize(1);
    RewardTask task = new RewardTask(model, new BradleyTerryLoss(0.01));
    double loss = 0;
    for (int from = 0; from < step.size(); from += pieces) {
      List<RewardPair> micro = step.subList(from, Math.min(step.size(), from + pieces));
      loss += task.run(micro, step, true, new MetricSums());
    }
    float[] gradient = model.head().parameter().gradient().toArray();
    double[] out = new double[gradient.length + 1];
    out[0] = loss;
    for (int i = 0; i < gradient.length; i++) {
      out[i + 1] = gradient[i];
    }
    return out;
  }

  @Test
  void learnsThePreference() {
    ScalarHeadModel model = model();
    model.trunk().addAdapter(LoraConfig.allLinear(8, 16), 1);
    RewardTask task = new RewardTask(model, new BradleyTerryLoss(0.01));
    TrainingConfig config = TrainingConfig.builder(0.02).maxSteps(40).batchSize(16).build();
    new TrainingLoop<>("reward", task, config, BACKEND, RunContext.of(folder))
        .run(pairs(64, 1), List.of());
    List<RewardPair> held = pairs(32, 2);
    MetricSums metrics = new MetricSums();
    task.run(held, held, false, metrics);
    assertThat(metrics.means().get("accuracy")).isGreaterThan(0.95);
    assertThat(metrics.means().get("margin")).isPositive();
    // Centering keeps rewards around zero.
    assertThat(Math.abs(metrics.means().get("mean_reward"))).isLessThan(2);
  }

  @Test
  void headGradientEqualsFiniteDifferences() {
    ScalarHeadModel model = model();
    model.head().initialize(5);
    model.trunk().trainAllWeights();
    RewardTask task = new RewardTask(model, new BradleyTerryLoss(0.1));
    List<RewardPair> pairs = pairs(3, 7);
    model.clearGradients();
    task.run(pairs, pairs, true, new MetricSums());
    Parameter head = model.parameters().get(model.parameters().size() - 1);
    assertThat(head.name()).isEqualTo("score.weight");
    for (int j = 0; j < head.value().columns(); j++) {
      float kept = head.value().get(0, j);
      head.value().set(0, j, kept + 1e-2f);
      double above = task.run(pairs, pairs, false, new MetricSums());
      head.value().set(0, j, kept - 1e-2f);
      double below = task.run(pairs, pairs, false, new MetricSums());
      head.value().set(0, j, kept);
      assertThat((double) head.gradient().get(0, j))
          .isCloseTo((above - below) / 2e-2, within(2e-4));
    }
  }

  /** FIELD 3.3: the reward is read at the completion's last token, whatever its neighbours are. */
  @Test
  void rewardDoesNotDependOnTheBatch() {
    ScalarHeadModel model = model();
    model.head().initialize(5);
    PromptCompletions one = new PromptCompletions(new int[] {2, 3}, List.of(new int[] {7, 1}));
    PromptCompletions two =
        new PromptCompletions(new int[] {2, 3, 9}, List.of(new int[] {7, 1, 1, 1}, new int[] {8}));
    double[] alone = model.forward(TokenBatch.lastTokens(List.of(one)), Mode.EVALUATE);
    double[] together = model.forward(TokenBatch.lastTokens(List.of(two, one)), Mode.EVALUATE);
    assertThat(together[2]).isCloseTo(alone[0], within(1e-5));
    // The end token counts: without it the reward is another.
    PromptCompletions open = new PromptCompletions(new int[] {2, 3}, List.of(new int[] {7}));
    assertThat(model.forward(TokenBatch.lastTokens(List.of(open)), Mode.EVALUATE)[0])
        .isNotCloseTo(alone[0], within(1e-4));
  }
}
