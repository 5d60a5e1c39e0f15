package org.align4j.core.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeneralizedJsdTest {
  private static final float STEP = 1e-2f;

  private static float[] logits(long seed) {
    Random random = new Random(seed);
    float[] out = new float[9];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (2 * random.nextGaussian());
    }
    return out;
  }

  @ParameterizedTest
  @CsvSource({"0,1,0", "1,1,0", "0.5,1,0", "0.3,2,0", "0,0.7,4", "1,1,4", "0.5,1,4"})
  void gradientEqualsFiniteDifferences(double beta, double temperature, int topK) {
    GeneralizedJsd jsd = new GeneralizedJsd(beta, temperature, topK);
    float[] student = logits(1);
    float[] teacher = logits(2);
    float[] gradient = new float[student.length];
    jsd.evaluate(student, teacher, gradient);
    for (int v = 0; v < student.length; v++) {
      float[] above = student.clone();
      float[] below = student.clone();
      above[v] += STEP;
      below[v] -= STEP;
      float[] unused = new float[student.length];
      double numeric =
          (jsd.evaluate(above, teacher, unused) - jsd.evaluate(below, teacher, unused))
              / (above[v] - below[v]);
      assertThat((double) gradient[v]).isCloseTo(numeric, within(2e-4));
    }
  }

  /** METHODS 3: KL([0,0] ‖ [ln 3, 0]) = ½ ln(4/3). */
  @Test
  void reverseKlByHand() {
    float[] student = {0, 0};
    float[] teacher = {(float) Math.log(3), 0};
    assertThat(GeneralizedJsd.reverseKl().evaluate(student, teacher, new float[2]))
        .isCloseTo(0.14384104, within(1e-7));
  }

  @ParameterizedTest
  @CsvSource({"0", "0.5", "1"})
  void equalDistributionsDivergeByNothing(double beta) {
    float[] gradient = logits(3);
    float[] same = logits(3);
    double value = new GeneralizedJsd(beta, 1, 0).evaluate(gradient, same, gradient);
    assertThat(value).isCloseTo(0, within(1e-12));
    for (float slope : gradient) {
      assertThat(slope).isCloseTo(0, within(1e-7f));
    }
  }

  @Test
  void rangesAreChecked() {
    assertThatThrownBy(() -> new GeneralizedJsd(1.5, 1, 0))
        .hasMessage("beta must be in [0, 1], got 1.5");
  }
}
