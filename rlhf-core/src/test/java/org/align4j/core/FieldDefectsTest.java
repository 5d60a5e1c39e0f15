package org.align4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.PairwiseLogProbs;
import org.align4j.core.objective.PairwiseValue;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.RolloutLogProbs;
import org.junit.jupiter.api.Test;

/**
 * Defects that users of other libraries reported and that no other test names; the numbers are the
 * rows of the field study's tables.
 */
class FieldDefectsTest {

  /** FIELD 3.10: an estimate below zero is k1's nature, so metrics name their estimator. */
  @Test
  void onlyK1IsNegative() {
    double d = Math.log(0.2) - Math.log(0.5);
    assertThat(KlEstimator.K1.value(d)).isNegative();
    assertThat(KlEstimator.K2.value(d)).isPositive();
    assertThat(KlEstimator.K3.value(d)).isPositive();
    RolloutLogProbs input =
        new RolloutLogProbs(
                List.of(new double[] {Math.log(0.2)}),
                List.of(new double[] {Math.log(0.2)}),
                List.of(new double[] {1}))
            .withReference(List.of(new double[] {Math.log(0.5)}));
    assertThat(
            PpoObjective.builder()
                .klCoefficient(0.1)
                .klEstimator(KlEstimator.K3)
                .build()
                .evaluate(input)
                .metrics()
                .means())
        .containsKey("objective/kl_k3");
  }

  /** FIELD 3.12: the chosen log-prob is reported, and mixing in sft pushes it up. */
  @Test
  void chosenCanBeHeldUp() {
    PairwiseLogProbs input =
        new PairwiseLogProbs(
            List.of(new double[] {-5, -5}),
            List.of(new double[] {-50, -50}),
            List.of(new double[] {-1, -1}),
            List.of(new double[] {-1, -1}));
    PairwiseValue plain = DpoObjective.sigmoid(1).evaluate(input);
    PairwiseValue mixed =
        DpoObjective.builder()
            .beta(1)
            .loss(DpoLoss.SIGMOID)
            .loss(DpoLoss.SFT)
            .build()
            .evaluate(input);
    assertThat(plain.metrics().means().get("logps/chosen")).isEqualTo(-10);
    // The pair is right by far: DPO alone no longer holds the chosen completion, sft does.
    assertThat(plain.dChosen().get(0)[0]).isCloseTo(0, within(1e-12));
    assertThat(mixed.dChosen().get(0)[0]).isCloseTo(-0.5, within(1e-12));
  }

  /** FIELD 3.15: IPO averages over tokens; doubling a completion's tokens changes nothing. */
  @Test
  void ipoIsLengthNormalised() {
    List<double[]> one = List.of(new double[] {-1});
    List<double[]> two = List.of(new double[] {-1, -1});
    List<double[]> rejected = List.of(new double[] {-2});
    DpoObjective ipo = DpoObjective.of(0.3, DpoLoss.IPO, 0);
    double shorter =
        ipo.evaluate(new PairwiseLogProbs(one, rejected, List.of(new double[1]), rejected)).loss();
    double longer =
        ipo.evaluate(new PairwiseLogProbs(two, rejected, List.of(new double[2]), rejected)).loss();
    assertThat(longer).isCloseTo(shorter, within(1e-12));
  }

  /** FIELD 4, PPO: ratios are those of tokens, not the exponential of a summed log-ratio. */
  @Test
  void ratioIsPerToken() {
    double[] policy = new double[100];
    double[] old = new double[100];
    double[] advantages = new double[100];
    Arrays.fill(policy, -0.9);
    Arrays.fill(old, -1);
    Arrays.fill(advantages, 1);
    RolloutLogProbs input = new RolloutLogProbs(List.of(policy), List.of(old), List.of(advantages));
    // Each ratio is e^0.1, inside of the clip range; e^10 would be far outside.
    assertThat(PpoObjective.of(0.2).evaluate(input).loss())
        .isCloseTo(-Math.exp(0.1), within(1e-12));
  }

  /** FIELD 4, GRPO: advantages are normalised once; the objective takes them as they are. */
  @Test
  void advantagesAreNormalisedOnce() {
    double[] advantages =
        new GroupBaseline(2).normalized(new double[] {1, 3}, GroupBaseline.Scale.NONE);
    assertThat(advantages).containsExactly(-1, 1);
    List<double[]> logProbs = List.of(new double[] {-1}, new double[] {-1});
    RolloutLogProbs input =
        new RolloutLogProbs(
            logProbs,
            logProbs,
            List.of(new double[] {10 * advantages[0]}, new double[] {10 * advantages[1]}));
    assertThat(GrpoObjective.of(GrpoLoss.GRPO, 0, 8).evaluate(input).dPolicy().get(0)[0])
        .isCloseTo(5, within(1e-12));
  }
}
