package org.align4j.core.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
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

  /** Both limits against probabilities that are written out, at a temperature. */
  @Test
  void limitsAreTheForwardAndTheReverseKl() {
    Random random = new Random(5);
    float[] student = new float[50];
    float[] teacher = new float[50];
    for (int v = 0; v < student.length; v++) {
      student[v] = (float) (2 * random.nextGaussian());
      teacher[v] = (float) (2 * random.nextGaussian());
    }
    double temperature = 1.5;
    double[] p = softmax(student, temperature);
    double[] q = softmax(teacher, temperature);
    double forward = 0;
    double reverse = 0;
    for (int v = 0; v < p.length; v++) {
      forward += q[v] * Math.log(q[v] / p[v]);
      reverse += p[v] * Math.log(p[v] / q[v]);
    }
    float[] gradient = new float[50];
    assertThat(new GeneralizedJsd(0, temperature, 0).evaluate(student, teacher, gradient))
        .isCloseTo(forward, within(1e-12));
    for (int v = 0; v < p.length; v++) {
      assertThat((double) gradient[v]).isCloseTo((p[v] - q[v]) / temperature, within(1e-7));
    }
    assertThat(new GeneralizedJsd(1, temperature, 0).evaluate(student, teacher, gradient))
        .isCloseTo(reverse, within(1e-12));
    for (int v = 0; v < p.length; v++) {
      double slope = p[v] * (Math.log(p[v] / q[v]) - reverse);
      assertThat((double) gradient[v]).isCloseTo(slope / temperature, within(1e-7));
    }
  }

  private static double[] softmax(float[] logits, double temperature) {
    double[] out = new double[logits.length];
    double sum = 0;
    for (int v = 0; v < out.length; v++) {
      out[v] = Math.exp(logits[v] / temperature);
      sum += out[v];
    }
    for (int v = 0; v < out.length; v++) {
      out[v] /= sum;
    }
    return out;
  }

  @Test
  void rangesAreChecked() {
    assertThatThrownBy(() -> new GeneralizedJsd(1.5, 1, 0))
        .hasMessage("beta must be in [0, 1], got 1.5");
  }
}
