package org.align4j.reward.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.align4j.core.objective.Logistic;
import org.junit.jupiter.api.Test;

class PairReportTest {
  @Test
  void byHand() {
    PairReport report =
        PairReport.of(
            new double[] {2, 1, 0},
            new double[] {0, 2, -3},
            new int[] {1, 9, 5},
            new int[] {3, 2, 2});
    assertThat(report.accuracy().hits()).isEqualTo(2);
    assertThat(report.meanMargin()).isCloseTo(4 / 3.0, within(1e-12));
    assertThat(report.accuracyWhenShorter().n()).isEqualTo(1);
    assertThat(report.accuracyWhenShorter().hits()).isEqualTo(1);
  }

  /** Outcomes drawn with probability σ(margin): the model is calibrated and needs no scaling. */
  @Test
  void temperatureRecoversTheScale() {
    Random random = new Random(1);
    int n = 4000;
    double[] chosen = new double[n];
    double[] rejected = new double[n];
    int[] lengths = new int[n];
    for (int i = 0; i < n; i++) {
      double margin = 2 * random.nextGaussian();
      boolean flipped = random.nextDouble() > Logistic.sigmoid(margin);
      chosen[i] = flipped ? -margin : margin;
      lengths[i] = random.nextInt(100);
    }
    PairReport calibrated = PairReport.of(chosen, rejected, lengths, lengths);
    assertThat(calibrated.temperature()).isCloseTo(1, within(0.1));
    assertThat(calibrated.calibrationError()).isLessThan(0.03);
    assertThat(Math.abs(calibrated.lengthCorrelation())).isLessThan(0.1);
    double[] overconfident = new double[n];
    for (int i = 0; i < n; i++) {
      overconfident[i] = 5 * chosen[i];
    }
    PairReport scaled = PairReport.of(overconfident, rejected, lengths, lengths);
    assertThat(scaled.temperature()).isCloseTo(5, within(0.5));
    assertThat(scaled.calibrationError()).isGreaterThan(0.1);
    assertThat(scaled.scaledCalibrationError()).isLessThan(0.03);
  }
}
