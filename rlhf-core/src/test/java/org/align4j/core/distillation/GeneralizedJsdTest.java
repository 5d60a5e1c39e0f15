package org.align4j.core.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GeneralizedJsdTest {
  /** METHODS 3: KL([0,0] ‖ [ln 3, 0]) = ½ ln(4/3). */
  @Test
  void reverseKlByHand() {
    float[] student = {0, 0};
    float[] teacher = {(float) Math.log(3), 0};
    assertThat(GeneralizedJsd.reverseKl().evaluate(student, teacher, new float[2]))
        .isCloseTo(0.14384104, within(1e-7));
  }

  @Test
  void rangesAreChecked() {
    assertThatThrownBy(() -> new GeneralizedJsd(1.5, 1, 0))
        .hasMessage("beta must be in [0, 1], got 1.5");
  }
}
