package org.align4j.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.align4j.core.tck.GradientCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BradleyTerryLossTest {
  private final double[] chosen = new Random(1).doubles(5, -2, 2).toArray();
  private final double[] rejected = new Random(2).doubles(5, -2, 2).toArray();
  private final double[] margins = new Random(3).doubles(5, 0, 1).toArray();

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1})
  void gradientEqualsFiniteDifferences(double centering) {
    BradleyTerryLoss loss = new BradleyTerryLoss(centering);
    BradleyTerryLoss.Value value = loss.evaluate(chosen, rejected, margins, 5);
    GradientCheck.check(
        () -> loss.evaluate(chosen, rejected, margins, 5).loss(),
        List.of(chosen, rejected),
        List.of(value.dChosen(), value.dRejected()));
  }

  @Test
  void equalRewardsGiveLogTwo() {
    double[] zeros = new double[2];
    assertThat(new BradleyTerryLoss(0.5).evaluate(zeros, zeros, zeros, 2).loss())
        .isCloseTo(Math.log(2), within(1e-12));
  }

  @Test
  void badlyWrongPairKeepsItsGradient() {
    BradleyTerryLoss.Value value =
        new BradleyTerryLoss(0)
            .evaluate(new double[] {-5000}, new double[] {5000}, new double[1], 1);
    assertThat(value.loss()).isCloseTo(10_000, within(1e-9));
    assertThat(value.dChosen()).containsExactly(-1);
    assertThat(value.dRejected()).containsExactly(1);
  }

  @Test
  void unequalNumbersAreRefused() {
    assertThatThrownBy(() -> new BradleyTerryLoss(0).evaluate(chosen, new double[4], margins, 5))
        .hasMessage("5 chosen, 4 rejected rewards and 5 margins; expected equal numbers");
  }
}
