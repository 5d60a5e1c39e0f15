package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.align4j.core.objective.UnpairedLogProbs;
import org.align4j.core.objective.UnpairedObjective;
import org.align4j.core.objective.UnpairedValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link UnpairedObjective} keeps. */
public abstract class UnpairedObjectiveContract {
  private static final int[] LENGTHS = {3, 1, 4, 2};
  private static final boolean[] DESIRABLE = {true, false, false, true};
  private static final double POINT = 0.4;

  /** The objective under test. */
  protected abstract UnpairedObjective objective();

  /** Whether the formula leaves the range of double precision at log-ratios of ±10,000. */
  protected boolean overflows() {
    return false;
  }

  private static UnpairedLogProbs random() {
    Random random = new Random(9);
    return new UnpairedLogProbs(
        RaggedRows.random(random, LENGTHS, -3, -0.1),
        RaggedRows.random(random, LENGTHS, -3, -0.1),
        DESIRABLE.clone());
  }

  private static UnpairedLogProbs part(UnpairedLogProbs whole, int from, int to) {
    return new UnpairedLogProbs(
        whole.policy().subList(from, to),
        whole.reference().subList(from, to),
        Arrays.copyOfRange(whole.desirable(), from, to));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1.5, 0, POINT})
  void gradientEqualsFiniteDifferences(double referencePoint) {
    UnpairedLogProbs batch = random();
    GradientCheck.check(
        () -> objective().evaluate(batch, referencePoint, LENGTHS.length).loss(),
        batch.policy(),
        objective().evaluate(batch, referencePoint, LENGTHS.length).dPolicy());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void microBatchesAddUpToTheWholeStep(int size) {
    UnpairedLogProbs whole = random();
    UnpairedValue expected = objective().evaluate(whole, POINT, whole.size());
    double loss = 0;
    List<double[]> gradient = new ArrayList<>();
    for (int from = 0; from < whole.size(); from += size) {
      UnpairedLogProbs micro = part(whole, from, Math.min(whole.size(), from + size));
      UnpairedValue value = objective().evaluate(micro, POINT, whole.size());
      loss += value.loss();
      gradient.addAll(value.dPolicy());
    }
    Losses.assertClose("sum of the micro-batches' losses", loss, expected.loss());
    Losses.assertClose("gradient", gradient, expected.dPolicy());
  }

  @Test
  void orderOfTheCompletionsDoesNotMatter() {
    UnpairedLogProbs batch = random();
    boolean[] labels = {DESIRABLE[3], DESIRABLE[2], DESIRABLE[1], DESIRABLE[0]};
    UnpairedLogProbs reversed =
        new UnpairedLogProbs(
            RaggedRows.reversed(batch.policy()), RaggedRows.reversed(batch.reference()), labels);
    UnpairedValue expected = objective().evaluate(batch, POINT, batch.size());
    UnpairedValue got = objective().evaluate(reversed, POINT, batch.size());
    Losses.assertClose("loss", got.loss(), expected.loss());
    Losses.assertClose("gradient", RaggedRows.reversed(got.dPolicy()), expected.dPolicy());
  }

  @Test
  void rewardsAreBetaTimesTheLogRatio() {
    UnpairedLogProbs batch = random();
    double[] rewards = objective().evaluate(batch, POINT, batch.size()).rewards();
    assertThat(rewards).hasSize(batch.size());
    for (int i = 0; i < rewards.length; i++) {
      double policy = Arrays.stream(batch.policy().get(i)).sum();
      double reference = Arrays.stream(batch.reference().get(i)).sum();
      Losses.assertClose("reward " + i, rewards[i], objective().beta() * (policy - reference));
    }
  }

  @Test
  void extremesStayUsable() {
    Map<String, double[]> points = new LinkedHashMap<>();
    points.put("policy and reference alike", new double[] {-1, -1});
    points.put("certain tokens, log-probs of 0", new double[] {0, 0});
    points.put("a policy at -1e4", new double[] {-1e4, -1});
    points.put("a reference at -1e4", new double[] {-1, -1e4});
    points.forEach(
        (point, logProbs) -> {
          UnpairedLogProbs batch =
              new UnpairedLogProbs(
                  RaggedRows.filled(LENGTHS, logProbs[0]),
                  RaggedRows.filled(LENGTHS, logProbs[1]),
                  DESIRABLE.clone());
          UnpairedValue value = objective().evaluate(batch, POINT, batch.size());
          Losses.assertUsable(point, value.loss(), List.of(value.dPolicy()), overflows());
        });
  }

  @Test
  void evaluationIsAPureFunction() {
    UnpairedLogProbs batch = random();
    UnpairedValue first = objective().evaluate(batch, POINT, batch.size());
    UnpairedValue second = objective().evaluate(batch, POINT, batch.size());
    assertThat(second.loss()).isEqualTo(first.loss());
    Losses.assertSame("gradient", second.dPolicy(), first.dPolicy());
    Losses.assertSame("policy log-probs", batch.policy(), random().policy());
  }
}
