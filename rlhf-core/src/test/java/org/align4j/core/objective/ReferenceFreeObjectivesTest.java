package org.align4j.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceFreeObjectivesTest {
  private static final int[] CHOSEN = {3, 1, 4};
  private static final int[] REJECTED = {2, 5, 1};

  private static PairwiseLogProbs random() {
    Random random = new Random(3);
    return new PairwiseLogProbs(
            FiniteDifferences.rows(random, CHOSEN, -2, -0.1),
            FiniteDifferences.rows(random, REJECTED, -2, -0.1))
        .withPrompt(FiniteDifferences.rows(random, new int[] {4, 2, 3}, -2, -0.1));
  }

  static Stream<PreferenceObjective> objectives() {
    return Stream.of(
        CpoObjective.of(0.3, CpoLoss.SIGMOID),
        CpoObjective.of(0.3, CpoLoss.HINGE),
        CpoObjective.of(0.3, CpoLoss.IPO),
        CpoObjective.of(0.3, CpoLoss.SIMPO),
        CpoObjective.simpo(2, 1),
        CpoObjective.builder()
            .beta(2)
            .loss(CpoLoss.SIMPO)
            .labelSmoothing(0.1)
            .alpha(0.25)
            .cpoAlpha(0.5)
            .build(),
        CpoObjective.builder().beta(2).labelSmoothing(0.1).alpha(-0.25).cpoAlpha(0).build(),
        new OrpoObjective(0.7));
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void gradientEqualsFiniteDifferences(PreferenceObjective objective) {
    PairwiseLogProbs input = random();
    PairwiseValue value = objective.evaluate(input);
    FiniteDifferences.check(
        () -> objective.evaluate(input).loss(), input.chosen(), value.dChosen());
    FiniteDifferences.check(
        () -> objective.evaluate(input).loss(), input.rejected(), value.dRejected());
    if (objective.needsPrompt()) {
      FiniteDifferences.check(
          () -> objective.evaluate(input).loss(), input.prompt(), value.dPrompt());
    }
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void microBatchesAddUpToTheWholeStep(PreferenceObjective objective) {
    PairwiseLogProbs whole = random();
    double sum = 0;
    for (int i = 0; i < whole.size(); i++) {
      PairwiseLogProbs one =
          new PairwiseLogProbs(whole.chosen().subList(i, i + 1), whole.rejected().subList(i, i + 1))
              .withPrompt(whole.prompt().subList(i, i + 1));
      sum += objective.evaluate(one, PairCounts.of(whole)).loss();
    }
    assertThat(sum).isCloseTo(objective.evaluate(whole).loss(), within(1e-12));
  }

  @Test
  void alphaPoTendsToSimPo() {
    PairwiseLogProbs input = random();
    double simpo = CpoObjective.simpo(2, 1).evaluate(input).loss();
    double almost =
        CpoObjective.builder()
            .beta(2)
            .loss(CpoLoss.SIMPO)
            .simpoGamma(1)
            .alpha(1e-7)
            .cpoAlpha(0)
            .build()
            .evaluate(input)
            .loss();
    assertThat(almost).isCloseTo(simpo, within(1e-6));
  }

  @Test
  void certainCompletionKeepsOrpoFinite() {
    List<double[]> certain = List.of(new double[] {0, 0});
    List<double[]> other = List.of(new double[] {-1});
    PairwiseLogProbs input =
        new PairwiseLogProbs(certain, other).withPrompt(List.of(new double[0]));
    PairwiseValue value = new OrpoObjective(0.1).evaluate(input);
    assertThat(value.loss()).isFinite();
    assertThat(value.dChosen().get(0)).satisfies(row -> assertThat(row[0]).isFinite());
  }

  @Test
  void dpoWithoutAReferenceIsRefused() {
    assertThatThrownBy(() -> DpoObjective.sigmoid(0.1).evaluate(random()))
        .hasMessage("DPO needs the reference's log-probs");
  }
}
