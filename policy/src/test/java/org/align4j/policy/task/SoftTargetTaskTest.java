package org.align4j.policy.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.align4j.core.distillation.SoftTargetLoss;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.tck.WeightCheck;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedSoftTarget;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lane")
class SoftTargetTaskTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final List<Integer> TOKENS = List.of(4, 20, 28);

  private static DecoderTransformer trained() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.trainAllWeights();
    return model;
  }

  /** Prompts of unequal lengths that begin with the same nine tokens. */
  private static List<TokenizedSoftTarget> rows() {
    Random random = new Random(7);
    List<TokenizedSoftTarget> out = new ArrayList<>();
    double[] targets = {0, 0.25, 0.6, 1};
    for (int i = 0; i < targets.length; i++) {
      int[] ids = new int[10 + i];
      for (int t = 0; t < ids.length; t++) {
        ids[t] = t < 9 ? t : random.nextInt(29);
      }
      out.add(new TokenizedSoftTarget("row " + i, ids, targets[i]));
    }
    return out;
  }

  private static SoftTargetTask task(DecoderTransformer model, double weight) {
    return new SoftTargetTask(model, new SoftTargetLoss(TOKENS), weight);
  }

  /** The probabilities of the tokens as completions of one token, one at a time. */
  @Test
  void massIsTheSumOfTheTokensProbabilities() {
    DecoderTransformer model = trained();
    List<TokenizedSoftTarget> rows = rows();
    double loss = 0;
    double mass = 0;
    double error = 0;
    for (TokenizedSoftTarget row : rows) {
      double p = 0;
      for (int token : TOKENS) {
        TokenBatch batch =
            TokenBatch.of(List.of(new PromptCompletions(row.prompt(), List.of(new int[] {token}))));
        p += Math.exp(model.forward(batch, Mode.EVALUATE).logProbs()[0]);
      }
      mass += p / rows.size();
      error += Math.abs(p - row.target()) / rows.size();
      loss -= (row.target() * Math.log(p) + (1 - row.target()) * Math.log(1 - p)) / rows.size();
    }
    MetricSums metrics = new MetricSums();
    assertThat(task(model, 2).run(rows, rows, false, metrics)).isCloseTo(2 * loss, within(1e-5));
    assertThat(metrics.means().get("soft_target/loss")).isCloseTo(loss, within(1e-5));
    assertThat(metrics.means().get("soft_target/mass")).isCloseTo(mass, within(1e-5));
    assertThat(metrics.means().get("soft_target/error")).isCloseTo(error, within(1e-5));
    assertThat(metrics.means()).containsEntry("soft_target/weight", 2.0);
  }

  @Test
  void gradientEqualsFiniteDifferences() {
    DecoderTransformer model = trained();
    List<TokenizedSoftTarget> rows = rows();
    SoftTargetTask task = task(model, 5);
    model.clearGradients();
    double loss = task.run(rows, rows, true, new MetricSums());
    assertThat(loss).isCloseTo(task.run(rows, rows, false, new MetricSums()), within(1e-5));
    WeightCheck.check(() -> task.run(rows, rows, false, new MetricSums()), model.parameters());
  }

  @Test
  void microBatchesAddUpToTheStep() {
    DecoderTransformer model = trained();
    List<TokenizedSoftTarget> rows = rows();
    SoftTargetTask task = task(model, 1);
    model.clearGradients();
    double whole = task.run(rows, rows, true, new MetricSums());
    List<float[]> gradients =
        model.parameters().stream().map(parameter -> parameter.gradient().toArray()).toList();
    model.clearGradients();
    double parts =
        task.run(rows.subList(0, 1), rows, true, new MetricSums())
            + task.run(rows.subList(1, 4), rows, true, new MetricSums());
    assertThat(parts).isCloseTo(whole, within(1e-6));
    for (int i = 0; i < gradients.size(); i++) {
      assertThat(model.parameters().get(i).gradient().toArray())
          .containsExactly(gradients.get(i), within(1e-5f));
    }
  }
}
