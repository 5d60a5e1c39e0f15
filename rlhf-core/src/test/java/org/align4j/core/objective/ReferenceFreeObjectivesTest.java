package org.align4j.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.align4j.core.tck.RaggedRows;
import org.junit.jupiter.api.Test;

class ReferenceFreeObjectivesTest {
  private static final int[] CHOSEN = {3, 1, 4};
  private static final int[] REJECTED = {2, 5, 1};

  private static PairwiseLogProbs random() {
    Random random = new Random(3);
    return new PairwiseLogProbs(
        RaggedRows.random(random, CHOSEN, -2, -0.1),
        RaggedRows.random(random, REJECTED, -2, -0.1),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        RaggedRows.random(random, new int[] {4, 2, 3}, -2, -0.1));
  }

  @Test
  void alphaPoTendsToSimPo() {
    PairwiseLogProbs input = random();
    double simpo = CpoObjective.simpo(2, 1).evaluate(input).loss();
    double almost = new CpoObjective(2, CpoLoss.SIMPO, 0, 1, 1e-7, 0).evaluate(input).loss();
    assertThat(almost).isCloseTo(simpo, within(1e-6));
  }

  @Test
  void certainCompletionKeepsOrpoFinite() {
    List<double[]> certain = List.of(new double[] {0, 0});
    List<double[]> other = List.of(new double[] {-1});
    PairwiseLogProbs input =
        new PairwiseLogProbs(
            certain, other, List.of(), List.of(), List.of(), List.of(), List.of(new double[0]));
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
