package org.align4j.core.policygradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.align4j.core.ConfigurationException;
import org.junit.jupiter.api.Test;

class LagrangeMultiplierTest {
  private static final double[] HALF = {1, 0};

  /** A window of one completion keeps nothing: λ = λ0 + rate · Σ (mean - target). */
  @Test
  void dualAscentInClosedForm() {
    LagrangeMultiplier multiplier = new LagrangeMultiplier(0.1, new DualAscent(0.5, 0, 2, 20, 1));
    multiplier.update(HALF);
    assertThat(multiplier.value()).isCloseTo(2 + 0.5 * 0.4, within(1e-12));
    multiplier.update(new double[] {0, 0, 0});
    assertThat(multiplier.value()).isCloseTo(2 + 0.5 * (0.4 - 0.1), within(1e-12));
    multiplier.update(new double[] {1});
    assertThat(multiplier.value()).isCloseTo(2 + 0.5 * (0.4 - 0.1 + 0.9), within(1e-12));
  }

  /** The mean of n costs ago counts (1 - 1/window)^n; sum and count decay alike. */
  @Test
  void fewCompletionsAreAveragedWithEarlierOnes() {
    LagrangeMultiplier multiplier = new LagrangeMultiplier(0, new DualAscent(1, 0, 0, 20, 4));
    multiplier.update(new double[] {1});
    assertThat(multiplier.value()).as("the first mean is not drawn to 0").isEqualTo(1);
    multiplier.update(new double[] {0, 0});
    double kept = 0.75 * 0.75;
    assertThat(multiplier.state().sum()).isCloseTo(kept, within(1e-12));
    assertThat(multiplier.state().count()).isCloseTo(kept + 2, within(1e-12));
    assertThat(multiplier.value()).isCloseTo(1 + kept / (kept + 2), within(1e-12));
  }

  /** The gain adds to λ what the integral does not keep. */
  @Test
  void theGainAnswersAnExcessWhileItLasts() {
    LagrangeMultiplier multiplier = new LagrangeMultiplier(0.1, new DualAscent(0.5, 3, 2, 20, 1));
    multiplier.update(HALF);
    assertThat(multiplier.value()).isCloseTo(2 + (0.5 + 3) * 0.4, within(1e-12));
    multiplier.update(new double[] {0});
    assertThat(multiplier.value()).isCloseTo(2 + 0.5 * (0.4 - 0.1) - 3 * 0.1, within(1e-12));
  }

  @Test
  void staysBetweenZeroAndItsMaximum() {
    LagrangeMultiplier multiplier = new LagrangeMultiplier(0.5, new DualAscent(10, 0, 1, 3, 1));
    multiplier.update(new double[] {0});
    assertThat(multiplier.value()).isZero();
    multiplier.update(new double[] {1});
    assertThat(multiplier.value()).isEqualTo(3);
  }

  @Test
  void aRoundWithoutSuchCompletionsChangesNothing() {
    LagrangeMultiplier multiplier = new LagrangeMultiplier(0.5, DualAscent.defaults());
    multiplier.update(HALF);
    LagrangeMultiplier.State before = multiplier.state();
    multiplier.update(new double[0]);
    assertThat(multiplier.state()).isEqualTo(before);
  }

  @Test
  void goesOnFromItsState() {
    DualAscent ascent = new DualAscent(1, 5, 2, 20, 3);
    LagrangeMultiplier whole = new LagrangeMultiplier(0.3, ascent);
    whole.update(HALF);
    LagrangeMultiplier resumed = new LagrangeMultiplier(0.3, ascent);
    resumed.restore(whole.state());
    whole.update(HALF);
    resumed.update(HALF);
    assertThat(resumed.state()).isEqualTo(whole.state());
  }

  @Test
  void rangesAreChecked() {
    assertThatThrownBy(() -> new DualAscent(0, 0, 1, 2, 1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("rate of a multiplier must be positive, got 0.0");
    assertThatThrownBy(() -> new DualAscent(1, -1, 1, 2, 1)).hasMessageContaining("gain");
    assertThatThrownBy(() -> new DualAscent(1, 0, 0, 0, 1)).hasMessageContaining("maximum");
    assertThatThrownBy(() -> new DualAscent(1, 0, 3, 2, 1))
        .hasMessageContaining("must start in [0, 2.0], got 3.0");
    assertThatThrownBy(() -> new DualAscent(1, 0, -1, 2, 1)).hasMessageContaining("got -1.0");
    assertThatThrownBy(() -> new DualAscent(1, 0, 1, 2, 0.5)).hasMessageContaining("window");
  }
}
