package org.align4j.policy.backend.internal.portable;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExponentialTest {
  private static float[] exp(float factor, float shift, float... x) {
    float[] values = x.clone();
    Exponential.of(values, 0, values.length, factor, shift, new float[values.length]);
    return values;
  }

  @Test
  void isWithinThreeRoundingsOfTheTrueValue() {
    float[] x = new float[12_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = -86 + 0.0145f * i;
    }
    float[] got = exp(1, 0, x);
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      worst = Math.max(worst, Math.abs(got[i] / Math.exp(x[i]) - 1));
    }
    assertThat(worst).isLessThan(3.6e-7);
  }

  @Test
  void scalesAndShiftsItsArgument() {
    assertThat(exp(2, 3, 1.5f, 2f)).containsExactly(1f, exp(1, 0, 1f)[0]);
  }

  @Test
  void holdsAtTheEnds() {
    float[] got = exp(1, 0, -1e30f, Float.NEGATIVE_INFINITY, 1e30f, Float.NaN, 0f);
    assertThat(got[0]).isBetween(0f, 1e-37f);
    assertThat(got[1]).isBetween(0f, 1e-37f);
    assertThat(got[2]).isGreaterThan(1e38f);
    assertThat(got[3]).isNaN();
    assertThat(got[4]).isEqualTo(1f);
  }
}
