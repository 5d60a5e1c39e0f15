package org.align4j.core.policygradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.align4j.core.tck.GradientCheck;
import org.align4j.core.tck.RaggedRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PolicyGradientTest {
  private static final int[] LENGTHS = {3, 1, 4, 2};

  /** The first step of any of them is the plain policy gradient: -A/tokens at every token. */
  @Test
  void firstStepIsThePolicyGradient() {
    List<double[]> logProbs = List.of(new double[] {-1, -2}, new double[] {-0.5});
    List<double[]> advantages = List.of(new double[] {2, 2}, new double[] {-3});
    RolloutLogProbs input =
        new RolloutLogProbs(logProbs, logProbs, List.of(), List.of(), List.of(), advantages);
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

  /** cispo and vespo hold their weights constant, so that the loss is Σ gradient · log-prob. */
  @ParameterizedTest
  @EnumSource(
      value = GrpoLoss.class,
      names = {"CISPO", "VESPO"})
  void heldWeightsStandInTheGradient(GrpoLoss loss) {
    Random random = new Random(21);
    RolloutLogProbs input =
        new RolloutLogProbs(
            RaggedRows.random(random, LENGTHS, -2, -0.1),
            RaggedRows.random(random, LENGTHS, -2, -0.1),
            List.of(),
            List.of(),
            List.of(),
            RaggedRows.random(random, LENGTHS, -1, 1));
    PolicyGradientValue value = GrpoObjective.of(loss, 0, 8).evaluate(input);
    double sum = 0;
    for (int i = 0; i < LENGTHS.length; i++) {
      for (int t = 0; t < LENGTHS[i]; t++) {
        sum += value.dPolicy().get(i)[t] * input.policy().get(i)[t];
      }
    }
    assertThat(value.loss()).isCloseTo(sum, within(1e-12)).isNotZero();
  }

  /** cispo: ratios e^0.5, and e^2 above the cap of 5. */
  @Test
  void cispoCapsTheWeightByHand() {
    RolloutLogProbs input =
        new RolloutLogProbs(
            List.of(new double[] {-1, -1}),
            List.of(new double[] {-1.5, -3}),
            List.of(),
            List.of(),
            List.of(),
            List.of(new double[] {2, 2}));
    assertThat(GrpoObjective.of(GrpoLoss.CISPO, 0, 8).evaluate(input).dPolicy().get(0))
        .containsExactly(new double[] {-Math.exp(0.5) * 2 / 2, -5.0 * 2 / 2}, within(1e-12));
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
    List<double[]> values = RaggedRows.random(random, LENGTHS, -1, 1);
    List<double[]> old = RaggedRows.random(random, LENGTHS, -1, 1);
    List<double[]> returns = RaggedRows.random(random, LENGTHS, -1, 1);
    RolloutCounts counts = RolloutCounts.of(values);
    for (double clip : new double[] {0, 0.2}) {
      ValueLoss loss = new ValueLoss(clip);
      GradientCheck.check(
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

  private static double[] weights(
      ImportanceCorrection.Level level,
      ImportanceCorrection.Mode mode,
      List<double[]> trainer,
      List<double[]> sampler) {
    return new ImportanceCorrection(level, mode, 0, 3).weights(trainer, sampler).weights().get(0);
  }

  @Test
  void disagreeingShapesAreNamed() {
    List<double[]> two = List.of(new double[] {-1, -2});
    List<double[]> one = List.of(new double[] {-1});
    assertThatThrownBy(() -> new RolloutLogProbs(two, one, List.of(), List.of(), List.of(), two))
        .hasMessage("old[0] has 1 tokens; the policy has 2");
  }
}
