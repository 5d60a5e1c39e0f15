package org.align4j.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

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
  void stepWithoutTokensIsRefused() {
    assertThatThrownBy(() -> SftLoss.NLL.evaluate(List.of(), 0)).hasMessageContaining("tokens");
  }
}
