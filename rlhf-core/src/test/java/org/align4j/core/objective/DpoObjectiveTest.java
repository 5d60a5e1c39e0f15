package org.align4j.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.align4j.core.tck.GradientCheck;
import org.align4j.core.tck.RaggedRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DpoObjectiveTest {
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

  /**
   * WPO's weights are constants in the gradient: log Σ p² moves with the log-probs here, so that
   * they stay as they are while the loss is differentiated.
   */
  @ParameterizedTest
  @EnumSource(
      value = DpoLoss.class,
      names = {"SIGMOID", "IPO", "SFT"})
  void gradientAtFixedWeightsEqualsFiniteDifferences(DpoLoss loss) {
    Random random = new Random(11);
    int[] lengths = {3, 1, 4};
    List<double[]> chosen = RaggedRows.random(random, lengths, -3, -0.1);
    List<double[]> rejected = RaggedRows.random(random, lengths, -3, -0.1);
    List<double[]> reference = RaggedRows.random(random, lengths, -3, -0.1);
    List<double[]> aligned = RaggedRows.random(random, lengths, -1, 0);
    DpoObjective objective =
        new DpoObjective(
            0.3, List.of(loss), List.of(1.0), Divergence.REVERSE_KL, 0.5, 0, 0.05, 1, true);
    Supplier<PairwiseValue> value =
        () ->
            objective.evaluate(
                new PairwiseLogProbs(
                    chosen,
                    rejected,
                    reference,
                    reference,
                    difference(chosen, aligned),
                    difference(rejected, aligned),
                    List.of()));
    GradientCheck.check(() -> value.get().loss(), chosen, value.get().dChosen());
    GradientCheck.check(() -> value.get().loss(), rejected, value.get().dRejected());
  }

  private static List<double[]> difference(List<double[]> a, List<double[]> b) {
    List<double[]> out = RaggedRows.copy(a);
    for (int i = 0; i < out.size(); i++) {
      for (int t = 0; t < out.get(i).length; t++) {
        out.get(i)[t] -= b.get(i)[t];
      }
    }
    return out;
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
    assertThatThrownBy(() -> DpoObjective.sigmoid(0)).hasMessageContaining("beta must be positive");
    assertThatThrownBy(() -> DpoLoss.parse("sigmoud"))
        .hasMessageContaining("sigmoud")
        .hasMessageContaining("apo_zero");
  }

  @Test
  void emptyCompletionIsRefused() {
    List<double[]> empty = List.of(new double[0]);
    List<double[]> one = List.of(new double[] {-1});
    assertThatThrownBy(() -> new PairwiseLogProbs(empty, one, empty, one))
        .hasMessageContaining("empty completion");
  }
}
