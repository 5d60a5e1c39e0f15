package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.Normalizer;
import org.align4j.core.objective.PairwiseLogProbs;
import org.align4j.core.objective.PairwiseValue;
import org.align4j.core.objective.PreferenceObjective;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link PreferenceObjective} keeps. */
public abstract class PreferenceObjectiveContract {

  /** The objective under test. */
  protected abstract PreferenceObjective objective();

  /**
   * Whether the gradient is that of the loss. False where the loss has weights that its definition
   * holds constant; such an objective needs a test of its own for the gradient.
   */
  protected boolean gradientIsOfTheLoss() {
    return true;
  }

  /**
   * Whether the formula leaves the range of double precision at log-ratios of ±10,000. The loss
   * must then be infinite or not a number as well: a finite loss has a finite gradient.
   */
  protected boolean overflows() {
    return false;
  }

  private PairwiseLogProbs random(long seed) {
    return new PairSamples(objective()).random(seed);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void gradientEqualsFiniteDifferences(long seed) {
    assumeTrue(gradientIsOfTheLoss(), "the loss has weights that are held constant");
    PreferenceObjective objective = objective();
    PairwiseLogProbs batch = random(seed);
    PairwiseValue value = objective.evaluate(batch);
    GradientCheck.check(() -> objective.evaluate(batch).loss(), batch.chosen(), value.dChosen());
    GradientCheck.check(
        () -> objective.evaluate(batch).loss(), batch.rejected(), value.dRejected());
    if (objective.needsPrompt()) {
      GradientCheck.check(() -> objective.evaluate(batch).loss(), batch.prompt(), value.dPrompt());
    } else {
      assertThat(value.dPrompt()).as("gradient of prompts that it does not see").isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void microBatchesAddUpToTheWholeStep(int size) {
    PreferenceObjective objective = objective();
    assumeFalse(objective.needsWholeStep(), "the objective is evaluated over a step at once");
    PairwiseLogProbs whole = random(5);
    PairwiseValue expected = objective.evaluate(whole);
    double loss = 0;
    List<double[]> dChosen = new ArrayList<>();
    List<double[]> dRejected = new ArrayList<>();
    List<double[]> dPrompt = new ArrayList<>();
    MetricSums metrics = new MetricSums();
    for (int from = 0; from < whole.size(); from += size) {
      PairwiseLogProbs micro = PairSamples.part(whole, from, Math.min(whole.size(), from + size));
      PairwiseValue value = objective.evaluate(micro, Normalizer.of(whole));
      loss += value.loss();
      dChosen.addAll(value.dChosen());
      dRejected.addAll(value.dRejected());
      dPrompt.addAll(value.dPrompt());
      metrics.merge(value.metrics());
    }
    Losses.assertClose("sum of the micro-batches' losses", loss, expected.loss());
    Losses.assertClose("gradient of chosen", dChosen, expected.dChosen());
    Losses.assertClose("gradient of rejected", dRejected, expected.dRejected());
    Losses.assertClose("gradient of prompts", dPrompt, expected.dPrompt());
    Losses.assertMetricsClose(metrics, expected.metrics());
  }

  @Test
  void twiceTheStepHalvesTheShareOfABatch() {
    PairwiseLogProbs batch = random(6);
    Normalizer counts = Normalizer.of(batch);
    PairwiseValue all = objective().evaluate(batch, counts);
    PairwiseValue half =
        objective()
            .evaluate(
                batch,
                new Normalizer(
                    2 * counts.pairs(), 2 * counts.chosenTokens(), 2 * counts.promptTokens()));
    Losses.assertClose("twice the loss", 2 * half.loss(), all.loss());
    for (int i = 0; i < batch.size(); i++) {
      for (int t = 0; t < batch.chosen().get(i).length; t++) {
        Losses.assertClose(
            "twice the gradient", 2 * half.dChosen().get(i)[t], all.dChosen().get(i)[t]);
      }
    }
  }

  @Test
  void orderOfThePairsDoesNotMatter() {
    PairwiseLogProbs batch = random(7);
    PairwiseValue expected = objective().evaluate(batch);
    PairwiseValue got = objective().evaluate(PairSamples.reversed(batch));
    Losses.assertClose("loss", got.loss(), expected.loss());
    Losses.assertClose(
        "gradient of chosen", RaggedRows.reversed(got.dChosen()), expected.dChosen());
    Losses.assertClose(
        "gradient of rejected", RaggedRows.reversed(got.dRejected()), expected.dRejected());
    Losses.assertMetricsClose(got.metrics(), expected.metrics());
  }

  @Test
  void extremesStayUsable() {
    new PairSamples(objective())
        .extremes()
        .forEach(
            (point, batch) -> {
              PairwiseValue value = objective().evaluate(batch);
              Losses.assertUsable(
                  point,
                  value.loss(),
                  List.of(value.dChosen(), value.dRejected(), value.dPrompt()),
                  overflows());
            });
  }

  @Test
  void metricsAreNamedAndFinite() {
    MetricSums metrics = objective().evaluate(random(8)).metrics();
    assertThat(metrics.means()).isNotEmpty();
    Losses.assertMetrics(metrics);
  }

  @Test
  void evaluationIsAPureFunction() {
    PairwiseLogProbs batch = random(9);
    List<double[]> chosen = RaggedRows.copy(batch.chosen());
    List<double[]> rejected = RaggedRows.copy(batch.rejected());
    PairwiseValue first = objective().evaluate(batch);
    PairwiseValue second = objective().evaluate(batch);
    assertThat(second.loss()).isEqualTo(first.loss());
    Losses.assertSame("gradient of chosen", second.dChosen(), first.dChosen());
    Losses.assertSame("chosen log-probs", batch.chosen(), chosen);
    Losses.assertSame("rejected log-probs", batch.rejected(), rejected);
  }
}
