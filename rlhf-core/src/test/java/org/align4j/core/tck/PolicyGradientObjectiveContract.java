package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.policygradient.PolicyGradientObjective;
import org.align4j.core.policygradient.PolicyGradientValue;
import org.align4j.core.policygradient.RolloutCounts;
import org.align4j.core.policygradient.RolloutLogProbs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link PolicyGradientObjective} keeps. */
public abstract class PolicyGradientObjectiveContract {

  /** The objective under test. */
  protected abstract PolicyGradientObjective objective();

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

  private RolloutSamples samples() {
    return new RolloutSamples(objective());
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void gradientEqualsFiniteDifferences(long seed) {
    assumeTrue(gradientIsOfTheLoss(), "the loss has weights that are held constant");
    checkGradient(samples().random(seed));
  }

  @Test
  void gradientOfTheFirstPassEqualsFiniteDifferences() {
    assumeTrue(gradientIsOfTheLoss(), "the loss has weights that are held constant");
    checkGradient(samples().firstPass(24));
  }

  private void checkGradient(RolloutLogProbs batch) {
    PolicyGradientObjective objective = objective();
    GradientCheck.check(
        () -> objective.evaluate(batch).loss(),
        batch.policy(),
        objective.evaluate(batch).dPolicy());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void microBatchesAddUpToTheWholeStep(int size) {
    PolicyGradientObjective objective = objective();
    assumeFalse(objective.needsWholeStep(), "the objective is evaluated over a step at once");
    RolloutLogProbs whole = samples().random(25);
    PolicyGradientValue expected = objective.evaluate(whole);
    double loss = 0;
    List<double[]> gradient = new ArrayList<>();
    MetricSums metrics = new MetricSums();
    for (int from = 0; from < whole.size(); from += size) {
      RolloutLogProbs micro = samples().part(whole, from, Math.min(whole.size(), from + size));
      PolicyGradientValue value = objective.evaluate(micro, RolloutCounts.of(whole.policy()));
      loss += value.loss();
      gradient.addAll(value.dPolicy());
      metrics.merge(value.metrics());
    }
    Losses.assertClose("sum of the micro-batches' losses", loss, expected.loss());
    Losses.assertClose("gradient", gradient, expected.dPolicy());
    Losses.assertMetricsClose(metrics, expected.metrics());
  }

  @Test
  void twiceTheStepHalvesTheShareOfABatch() {
    RolloutLogProbs batch = samples().random(26);
    RolloutCounts counts = RolloutCounts.of(batch.policy());
    PolicyGradientValue all = objective().evaluate(batch, counts);
    PolicyGradientValue half =
        objective()
            .evaluate(batch, new RolloutCounts(2 * counts.completions(), 2 * counts.tokens()));
    Losses.assertClose("twice the loss", 2 * half.loss(), all.loss());
  }

  @Test
  void orderOfTheCompletionsDoesNotMatter() {
    RolloutLogProbs batch = samples().random(27);
    PolicyGradientValue expected = objective().evaluate(batch);
    PolicyGradientValue got = objective().evaluate(samples().reversed(batch));
    Losses.assertClose("loss", got.loss(), expected.loss());
    Losses.assertClose("gradient", RaggedRows.reversed(got.dPolicy()), expected.dPolicy());
    Losses.assertMetricsClose(got.metrics(), expected.metrics());
  }

  @Test
  void absentImportanceWeightsAreOnes() {
    RolloutLogProbs batch = samples().random(28);
    PolicyGradientValue absent = objective().evaluate(samples().withImportance(batch, List.of()));
    PolicyGradientValue ones =
        objective().evaluate(samples().withImportance(batch, RolloutSamples.ones(batch)));
    Losses.assertClose("loss", ones.loss(), absent.loss());
    Losses.assertClose("gradient", ones.dPolicy(), absent.dPolicy());
  }

  /** Only a KL term may move the policy where no completion is better than another. */
  @Test
  void advantagesOfZeroTeachNothing() {
    assumeFalse(objective().needsReference(), "the objective has a KL term");
    RolloutLogProbs batch = samples().random(29);
    List<double[]> zeros = RaggedRows.copy(batch.advantages());
    zeros.forEach(row -> Arrays.fill(row, 0));
    PolicyGradientValue value = objective().evaluate(samples().withAdvantages(batch, zeros));
    for (double[] row : value.dPolicy()) {
      assertThat(Arrays.stream(row).allMatch(slope -> slope == 0))
          .as("gradient %s is zero", Arrays.toString(row))
          .isTrue();
    }
  }

  @Test
  void extremesStayUsable() {
    samples()
        .extremes()
        .forEach(
            (point, batch) -> {
              PolicyGradientValue value = objective().evaluate(batch);
              Losses.assertUsable(point, value.loss(), List.of(value.dPolicy()), overflows());
            });
  }

  @Test
  void metricsAreNamedAndFinite() {
    Losses.assertMetrics(objective().evaluate(samples().random(30)).metrics());
  }

  @Test
  void evaluationIsAPureFunction() {
    RolloutLogProbs batch = samples().random(31);
    PolicyGradientValue first = objective().evaluate(batch);
    PolicyGradientValue second = objective().evaluate(batch);
    assertThat(second.loss()).isEqualTo(first.loss());
    Losses.assertSame("gradient", second.dPolicy(), first.dPolicy());
    Losses.assertSame("policy log-probs", batch.policy(), samples().random(31).policy());
  }
}
