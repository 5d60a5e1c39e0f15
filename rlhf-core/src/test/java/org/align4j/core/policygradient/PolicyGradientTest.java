package org.align4j.core.policygradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.align4j.core.objective.FiniteDifferences;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyGradientTest {
  private static final int[] LENGTHS = {3, 1, 4, 2};

  private static RolloutLogProbs random() {
    Random random = new Random(21);
    List<double[]> advantages = new ArrayList<>();
    double[] signs = {1.3, -0.7, 0.4, -1.1};
    for (int i = 0; i < LENGTHS.length; i++) {
      double[] row = new double[LENGTHS[i]];
      java.util.Arrays.fill(row, signs[i]);
      advantages.add(row);
    }
    return new RolloutLogProbs(
            FiniteDifferences.rows(random, LENGTHS, -2, -0.1),
            FiniteDifferences.rows(random, LENGTHS, -2, -0.1),
            advantages)
        .withReference(FiniteDifferences.rows(random, LENGTHS, -2, -0.1))
        .withImportance(FiniteDifferences.rows(random, LENGTHS, 0.5, 1.2))
        .withEntropies(FiniteDifferences.rows(random, LENGTHS, 0, 5));
  }

  private static GrpoObjective grpo(GrpoLoss loss, RatioLevel level, boolean weightedKl) {
    return GrpoObjective.builder(loss)
        .ratioLevel(level)
        .epsilonHigh(loss == GrpoLoss.CISPO ? 5 : 0.28)
        .delta(1.6)
        .beta(0.04)
        .weightedKl(weightedKl)
        .maxCompletionLength(8)
        .topEntropyQuantile(0.7)
        .build();
  }

  /** Objectives whose gradient is that of the value; cispo's and vespo's weights are constants. */
  static Stream<PolicyGradientObjective> differentiable() {
    Stream<PolicyGradientObjective> family =
        Stream.of(GrpoLoss.values())
            .filter(loss -> loss != GrpoLoss.CISPO && loss != GrpoLoss.VESPO)
            .flatMap(
                loss ->
                    Stream.of(RatioLevel.values())
                        .flatMap(
                            level -> Stream.of(grpo(loss, level, true), grpo(loss, level, false))));
    return Stream.concat(
        family,
        Stream.of(
            GrpoObjective.rloo(0.2, 0.2),
            PpoObjective.of(0.2),
            PpoObjective.builder().clipHigh(0.28).dualClip(1.5).tokenMean(false).build()));
  }

  static Stream<PolicyGradientObjective> all() {
    return Stream.concat(
        differentiable(),
        Stream.of(
            grpo(GrpoLoss.CISPO, RatioLevel.TOKEN, true),
            grpo(GrpoLoss.VESPO, RatioLevel.TOKEN, true),
            PpoObjective.builder().klCoefficient(0.1).klEstimator(KlEstimator.K3).build()));
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientEqualsFiniteDifferences(PolicyGradientObjective objective) {
    RolloutLogProbs input = random();
    FiniteDifferences.check(
        () -> objective.evaluate(input).loss(),
        input.policy(),
        objective.evaluate(input).dPolicy());
  }

  /** FIELD 3.7: accumulation must not rescale the loss. */
  @ParameterizedTest
  @MethodSource("all")
  void microBatchesAddUpToTheWholeStep(PolicyGradientObjective objective) {
    if (objective instanceof GrpoObjective grpo && grpo.needsEntropies()) {
      objective = grpo.toBuilder().topEntropyQuantile(1).build();
    }
    RolloutLogProbs whole = random();
    RolloutCounts counts = RolloutCounts.of(whole.policy());
    PolicyGradientValue expected = objective.evaluate(whole);
    double sum = 0;
    for (int i = 0; i < whole.size(); i++) {
      PolicyGradientValue one = objective.evaluate(part(whole, i), counts);
      sum += one.loss();
      assertThat(one.dPolicy().get(0)).containsExactly(expected.dPolicy().get(i), within(1e-12));
    }
    assertThat(sum).isCloseTo(expected.loss(), within(1e-12));
  }

  private static RolloutLogProbs part(RolloutLogProbs whole, int i) {
    return new RolloutLogProbs(
            whole.policy().subList(i, i + 1),
            whole.old().subList(i, i + 1),
            whole.advantages().subList(i, i + 1))
        .withReference(whole.reference().subList(i, i + 1))
        .withImportance(whole.importance().subList(i, i + 1))
        .withEntropies(whole.entropies().subList(i, i + 1));
  }

  /** The first step of any of them is the plain policy gradient: -A/tokens at every token. */
  @Test
  void firstStepIsThePolicyGradient() {
    List<double[]> logProbs = List.of(new double[] {-1, -2}, new double[] {-0.5});
    List<double[]> advantages = List.of(new double[] {2, 2}, new double[] {-3});
    RolloutLogProbs input = new RolloutLogProbs(logProbs, logProbs, advantages);
    for (PolicyGradientObjective objective :
        List.of(
            PpoObjective.of(0.2),
            GrpoObjective.of(GrpoLoss.DAPO, 0, 8),
            GrpoObjective.of(GrpoLoss.CISPO, 0, 8),
            GrpoObjective.of(GrpoLoss.VESPO, 0, 8))) {
      PolicyGradientValue value = objective.evaluate(input);
      assertThat(value.dPolicy().get(0))
          .containsExactly(new double[] {-2 / 3.0, -2 / 3.0}, within(1e-9));
      assertThat(value.dPolicy().get(1)).containsExactly(new double[] {1}, within(1e-9));
    }
  }

  /**
   * FIELD 3.11 and 4 (GRPO's KL as a mean log-ratio): k1 as a loss has a gradient of zero in
   * expectation; the one used here is the reverse KL's.
   */
  @Test
  void expectedKlGradientIsThatOfTheReverseKl() {
    double[] logits = {0.3, -0.8, 1.1, 0};
    double[] reference = {-1.2, -1.6, -0.9, -1.7};
    double[] p = softmax(logits);
    double klEstimated = 0;
    double[] k1 = new double[p.length];
    double[] unbiased = new double[p.length];
    for (int token = 0; token < p.length; token++) {
      double d = Math.log(p[token]) - reference[token];
      klEstimated += p[token] * KlEstimator.K3.value(d);
      for (int j = 0; j < p.length; j++) {
        double score = (token == j ? 1 : 0) - p[j];
        k1[j] += p[token] * KlEstimator.K1.slope(d) * score;
        unbiased[j] += p[token] * KlEstimator.unbiasedSlope(d) * score;
      }
    }
    double normalizer = java.util.Arrays.stream(reference).map(Math::exp).sum();
    assertThat(klEstimated).isCloseTo(kl(logits, reference) + normalizer - 1, within(1e-12));
    for (int j = 0; j < p.length; j++) {
      double[] above = logits.clone();
      double[] below = logits.clone();
      above[j] += 1e-5;
      below[j] -= 1e-5;
      double numeric = (kl(above, reference) - kl(below, reference)) / 2e-5;
      assertThat(k1[j]).isCloseTo(0, within(1e-12));
      assertThat(unbiased[j]).isCloseTo(numeric, within(1e-8));
    }
  }

  private static double kl(double[] logits, double[] reference) {
    double[] p = softmax(logits);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] * (Math.log(p[i]) - reference[i]);
    }
    return sum;
  }

  private static double[] softmax(double[] logits) {
    double sum = java.util.Arrays.stream(logits).map(Math::exp).sum();
    return java.util.Arrays.stream(logits).map(x -> Math.exp(x) / sum).toArray();
  }

  @Test
  void valueLossGradient() {
    Random random = new Random(4);
    List<double[]> values = FiniteDifferences.rows(random, LENGTHS, -1, 1);
    List<double[]> old = FiniteDifferences.rows(random, LENGTHS, -1, 1);
    List<double[]> returns = FiniteDifferences.rows(random, LENGTHS, -1, 1);
    RolloutCounts counts = RolloutCounts.of(values);
    for (double clip : new double[] {0, 0.2}) {
      ValueLoss loss = new ValueLoss(clip);
      FiniteDifferences.check(
          () -> loss.evaluate(values, old, returns, counts).loss(),
          values,
          loss.evaluate(values, old, returns, counts).dValues());
    }
  }

  @Test
  void importanceWeightsByHand() {
    List<double[]> trainer = List.of(new double[] {Math.log(0.5), Math.log(0.9)});
    List<double[]> sampler = List.of(new double[] {Math.log(0.1), Math.log(0.9)});
    assertThat(
            weights(
                ImportanceCorrection.Level.TOKEN,
                ImportanceCorrection.Mode.TRUNCATE,
                trainer,
                sampler))
        .containsExactly(new double[] {3, 1}, within(1e-12));
    assertThat(
            weights(
                ImportanceCorrection.Level.TOKEN, ImportanceCorrection.Mode.MASK, trainer, sampler))
        .containsExactly(new double[] {0, 1}, within(1e-12));
    assertThat(
            weights(
                ImportanceCorrection.Level.SEQUENCE,
                ImportanceCorrection.Mode.MASK,
                trainer,
                sampler))
        .containsExactly(0, 0);
    assertThat(
            weights(
                ImportanceCorrection.Level.SEQUENCE_MEAN,
                ImportanceCorrection.Mode.MASK,
                trainer,
                sampler))
        .containsExactly(new double[] {5, 1}, within(1e-12));
  }

  @Test
  void offWeighsNothing() {
    List<double[]> rows = List.of(new double[] {-1, -2});
    assertThat(ImportanceCorrection.OFF.active()).isFalse();
    assertThat(ImportanceCorrection.OFF.weights(rows, rows).weights()).isEmpty();
  }

  @Test
  void measuresOfTheKlAreParsed() {
    assertThat(KlMeasure.parse("exact")).isSameAs(KlMeasure.EXACT);
    assertThat(KlMeasure.parse("k2")).isSameAs(KlEstimator.K2);
    assertThatThrownBy(() -> KlMeasure.parse("k4"))
        .hasMessageContaining("kl_estimator is \"k4\"")
        .hasMessageContaining("or exact");
  }

  private static double[] weights(
      ImportanceCorrection.Level level,
      ImportanceCorrection.Mode mode,
      List<double[]> trainer,
      List<double[]> sampler) {
    return new BoundedRatios(level, mode, 0, 3).weights(trainer, sampler).weights().get(0);
  }

  @Test
  void disagreeingShapesAreNamed() {
    List<double[]> two = List.of(new double[] {-1, -2});
    List<double[]> one = List.of(new double[] {-1});
    assertThatThrownBy(() -> new RolloutLogProbs(two, one, two))
        .hasMessage("old[0] has 1 tokens; the policy has 2");
    assertThatThrownBy(() -> new RolloutLogProbs(two, two, two).withReference(one))
        .hasMessage("reference[0] has 1 tokens; the policy has 2");
  }
}
