package org.align4j.reward.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateScoresTest {
  /** 0, 1, ..., 19 in no order. */
  private static final double[] TWENTY =
      IntStream.range(0, 20).mapToDouble(i -> (7 * i) % 20).toArray();

  @ParameterizedTest
  @CsvSource({"0.95,1,19", "1,0,20", "0.92,1,19", "0.9,2,18", "0.5,10,10", "0.01,19,1"})
  void theHighestThresholdThatRefusesEnough(double rate, double threshold, int refused) {
    assertThat(GateScores.threshold(TWENTY, rate)).isEqualTo(threshold);
    assertThat(GateScores.refused(TWENTY, threshold).hits()).isEqualTo(refused);
    assertThat(GateScores.refused(TWENTY, threshold).n()).isEqualTo(20);
  }

  @Test
  void aThresholdNeedsScoresAndAShare() {
    assertThatThrownBy(() -> GateScores.threshold(new double[0], 0.9))
        .hasMessageContaining("got 0 scores");
    assertThatThrownBy(() -> GateScores.threshold(TWENTY, 0)).hasMessageContaining("and 0.0");
  }

  /** Of six pairs four are in order and one is a tie. */
  @Test
  void aucCountsOrderedPairs() {
    assertThat(GateScores.auc(new double[] {1, 2, 5}, new double[] {0, 2}))
        .isCloseTo(4.5 / 6, within(1e-12));
  }
}
