package org.align4j.core.objective;

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

class SftLossTest {
  @Test
  void nllIsTheMeanOverAllTokens() {
    SftLoss.Value value =
        SftLoss.NLL.evaluate(List.of(new double[] {-1, -3}, new double[] {-2}), 3);
    assertThat(value.loss()).isCloseTo(2, within(1e-12));
    assertThat(value.dLogProbs().get(1)[0]).isCloseTo(-1.0 / 3, within(1e-12));
  }

  @Test
  void dftWeighsByTheProbabilityHeldConstant() {
    double p = Math.exp(-1);
    SftLoss.Value value = SftLoss.DFT.evaluate(List.of(new double[] {-1}), 1);
    assertThat(value.loss()).isCloseTo(p, within(1e-12));
    assertThat(value.dLogProbs().get(0)[0]).isCloseTo(-p, within(1e-12));
  }

  @Test
  void gradientOfTheLikelihoodEqualsFiniteDifferences() {
    List<double[]> logProbs = RaggedRows.random(new Random(2), new int[] {3, 1, 4}, -3, -0.1);
    GradientCheck.check(
        () -> SftLoss.NLL.evaluate(logProbs, 11).loss(),
        logProbs,
        SftLoss.NLL.evaluate(logProbs, 11).dLogProbs());
  }

  @ParameterizedTest
  @EnumSource(SftLoss.class)
  void microBatchesAddUpToTheWholeStep(SftLoss loss) {
    List<double[]> logProbs = RaggedRows.random(new Random(2), new int[] {3, 1, 4}, -3, -0.1);
    SftLoss.Value whole = loss.evaluate(logProbs, 8);
    double sum = 0;
    for (int i = 0; i < logProbs.size(); i++) {
      SftLoss.Value part = loss.evaluate(logProbs.subList(i, i + 1), 8);
      sum += part.loss();
      assertThat(part.dLogProbs().get(0)).containsExactly(whole.dLogProbs().get(i));
    }
    assertThat(sum).isCloseTo(whole.loss(), within(1e-12));
  }

  @Test
  void stepWithoutTokensIsRefused() {
    assertThatThrownBy(() -> SftLoss.NLL.evaluate(List.of(), 0)).hasMessageContaining("tokens");
  }
}
