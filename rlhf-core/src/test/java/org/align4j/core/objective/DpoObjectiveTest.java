package org.align4j.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DpoObjectiveTest {
  private static final double STEP = 1e-5;

  private static PairwiseLogProbs random(long seed, int pairs) {
    Random random = new Random(seed);
    List<List<double[]>> sides = new ArrayList<>();
    int[] chosenLengths = random.ints(pairs, 1, 6).toArray();
    int[] rejectedLengths = random.ints(pairs, 1, 6).toArray();
    for (int side = 0; side < 6; side++) {
      List<double[]> rows = new ArrayList<>();
      for (int i = 0; i < pairs; i++) {
        int length = side % 2 == 0 ? chosenLengths[i] : rejectedLengths[i];
        rows.add(random.doubles(length, -3, -0.1).toArray());
      }
      sides.add(rows);
    }
    return new PairwiseLogProbs(sides.get(0), sides.get(1), sides.get(2), sides.get(3))
        .withLogSumSquares(sides.get(4), sides.get(5));
  }

  private static DpoObjective objective(DpoLoss loss, Divergence divergence) {
    double smoothing = loss == DpoLoss.SIGMOID ? 0 : 0.1;
    return DpoObjective.builder()
        .beta(0.3)
        .loss(loss)
        .divergence(divergence)
        .labelSmoothing(smoothing)
        .ldAlpha(0.7)
        .build();
  }

  static Stream<Arguments> members() {
    return Stream.of(DpoLoss.values())
        .flatMap(loss -> Stream.of(Divergence.values()).map(d -> Arguments.of(loss, d)));
  }

  @ParameterizedTest
  @MethodSource("members")
  void gradientEqualsFiniteDifferences(DpoLoss loss, Divergence divergence) {
    PairwiseLogProbs input = random(11, 4);
    DpoObjective objective = objective(loss, divergence);
    PairwiseValue value = objective.evaluate(input);
    for (int i = 0; i < input.size(); i++) {
      check(objective, input, input.chosen().get(i), value.dChosen().get(i));
      check(objective, input, input.rejected().get(i), value.dRejected().get(i));
    }
  }

  private static void check(
      DpoObjective objective, PairwiseLogProbs input, double[] logProbs, double[] gradient) {
    for (int t = 0; t < logProbs.length; t++) {
      double kept = logProbs[t];
      logProbs[t] = kept + STEP;
      double above = objective.evaluate(input).loss();
      logProbs[t] = kept - STEP;
      double below = objective.evaluate(input).loss();
      logProbs[t] = kept;
      assertThat(gradient[t]).isCloseTo((above - below) / (2 * STEP), within(1e-6));
    }
  }

  @Test
  void perturbedGradientIsRejectedByTheCheck() {
    PairwiseLogProbs input = random(11, 2);
    DpoObjective objective = DpoObjective.sigmoid(0.3);
    double[] wrong = objective.evaluate(input).dChosen().get(0).clone();
    wrong[0] += 1e-4;
    assertThatThrownBy(() -> check(objective, input, input.chosen().get(0), wrong))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void equalPolicyAndReferenceGiveLogTwo() {
    List<double[]> rows = List.of(new double[] {-1, -2}, new double[] {-0.5});
    PairwiseLogProbs input = new PairwiseLogProbs(rows, rows, rows, rows);
    assertThat(DpoObjective.sigmoid(0.1).evaluate(input).loss())
        .isCloseTo(Math.log(2), within(1e-12));
  }

  /** FIELD row: log(sigmoid(x) + 1e-10) loses the gradient of badly wrong pairs. */
  @Test
  void badlyWrongPairKeepsItsGradient() {
    List<double[]> low = List.of(new double[] {-900});
    List<double[]> high = List.of(new double[] {-1});
    PairwiseValue value =
        DpoObjective.sigmoid(1).evaluate(new PairwiseLogProbs(low, high, high, low));
    assertThat(value.loss()).isCloseTo(1798, within(1e-9));
    assertThat(value.dChosen().get(0)[0]).isCloseTo(-1, within(1e-12));
  }

  /** FIELD row: accumulation must not rescale the loss; k micro-batches of 1 equal 1 of k. */
  @ParameterizedTest
  @MethodSource("members")
  void microBatchesAddUpToTheWholeStep(DpoLoss loss, Divergence divergence) {
    if (loss == DpoLoss.AOT || loss == DpoLoss.AOT_UNPAIRED) {
      return; // sorted over a micro-batch, by definition of the loss
    }
    PairwiseLogProbs whole = random(5, 4);
    DpoObjective objective = objective(loss, divergence);
    PairCounts counts = PairCounts.of(whole);
    double sum = 0;
    for (int i = 0; i < whole.size(); i++) {
      PairwiseLogProbs one =
          new PairwiseLogProbs(
              whole.chosen().subList(i, i + 1),
              whole.rejected().subList(i, i + 1),
              whole.referenceChosen().subList(i, i + 1),
              whole.referenceRejected().subList(i, i + 1));
      sum += objective.evaluate(one, counts).loss();
    }
    assertThat(sum).isCloseTo(objective.evaluate(whole).loss(), within(1e-10));
  }

  @Property
  boolean sigmoidLossFallsAsTheMarginGrows(
      @ForAll @DoubleRange(min = -40, max = 40) double margin) {
    return sigmoidLoss(margin + 1e-3) < sigmoidLoss(margin);
  }

  private static double sigmoidLoss(double margin) {
    List<double[]> zero = List.of(new double[] {0});
    List<double[]> chosen = List.of(new double[] {margin});
    return DpoObjective.sigmoid(0.5)
        .evaluate(new PairwiseLogProbs(chosen, zero, zero, zero))
        .loss();
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> DpoObjective.of(0.1, DpoLoss.EXO_PAIR, 0))
        .hasMessageContaining("exo_pair needs label_smoothing > 0");
    assertThatThrownBy(() -> DpoObjective.of(0.1, DpoLoss.ROBUST, 0.5))
        .hasMessageContaining("label_smoothing < 0.5");
    assertThatThrownBy(() -> DpoObjective.builder().losses(List.of(), List.of()))
        .hasMessage("loss_type needs at least one loss");
    assertThatThrownBy(
            () -> DpoObjective.builder().losses(List.of(DpoLoss.SIGMOID), List.of(1.0, 2.0)))
        .hasMessage("loss_weights has 2 values for 1 losses");
    assertThatThrownBy(() -> DpoObjective.sigmoid(0)).hasMessageContaining("beta must be positive");
    assertThatThrownBy(() -> DpoLoss.parse("sigmoud"))
        .hasMessageContaining("sigmoud")
        .hasMessageContaining("apo_zero");
  }

  @Test
  void theDefaultIsSigmoidWithTrlsBeta() {
    PairwiseLogProbs input = random(7, 3);
    assertThat(DpoObjective.builder().build().evaluate(input).loss())
        .isEqualTo(DpoObjective.sigmoid(0.1).evaluate(input).loss());
  }

  @Test
  void aMixIsTheWeightedSumOfItsLosses() {
    PairwiseLogProbs input = random(7, 3);
    double mixed =
        DpoObjective.builder()
            .loss(DpoLoss.IPO)
            .loss(DpoLoss.SFT, 0.5)
            .build()
            .evaluate(input)
            .loss();
    double ipo = DpoObjective.of(0.1, DpoLoss.IPO, 0).evaluate(input).loss();
    double sft = DpoObjective.of(0.1, DpoLoss.SFT, 0).evaluate(input).loss();
    assertThat(mixed).isCloseTo(ipo + 0.5 * sft, within(1e-12));
  }

  @Test
  void statisticsOfAnotherShapeAreRefused() {
    PairwiseLogProbs input = random(7, 2);
    List<double[]> short1 = List.of(new double[1]);
    assertThatThrownBy(() -> input.withLogSumSquares(short1, input.rejected()))
        .hasMessageContaining("chosenLogSumSquares has 1 rows; chosen has 2");
  }

  @Test
  void emptyCompletionIsRefused() {
    List<double[]> empty = List.of(new double[0]);
    List<double[]> one = List.of(new double[] {-1});
    assertThatThrownBy(() -> new PairwiseLogProbs(empty, one, empty, one))
        .hasMessageContaining("empty completion");
  }
}
