package org.align4j.core.tck;

import static org.align4j.core.tck.LogitGradients.VOCABULARY;
import static org.align4j.core.tck.LogitGradients.logits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.align4j.core.distillation.VocabularyDivergence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link VocabularyDivergence} keeps. */
public abstract class VocabularyDivergenceContract {
  /** The divergence under test. */
  protected abstract VocabularyDivergence divergence();

  private double value(float[] student, float[] teacher) {
    return divergence().evaluate(student, teacher, new float[VOCABULARY]);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3, 5})
  void gradientEqualsFiniteDifferences(long seed) {
    float[] student = logits(seed);
    float[] teacher = logits(seed + 1);
    float[] gradient = new float[VOCABULARY];
    divergence().evaluate(student, teacher, gradient);
    LogitGradients.assertFiniteDifferences(gradient, student, changed -> value(changed, teacher));
  }

  @Test
  void gradientMayBeWrittenOverTheStudentsLogits() {
    float[] expected = new float[VOCABULARY];
    double value = divergence().evaluate(logits(1), logits(2), expected);
    float[] student = logits(1);
    assertThat(divergence().evaluate(student, logits(2), student)).isEqualTo(value);
    assertThat(student).containsExactly(expected);
  }

  @Test
  void teachersLogitsAreNotChanged() {
    float[] teacher = logits(2);
    value(logits(1), teacher);
    assertThat(teacher).containsExactly(logits(2));
  }

  @Test
  void equalDistributionsDivergeByNothing() {
    float[] gradient = new float[VOCABULARY];
    assertThat(divergence().evaluate(logits(3), logits(3), gradient)).isCloseTo(0, within(1e-12));
    for (float slope : gradient) {
      assertThat(slope).isCloseTo(0, within(1e-7f));
    }
  }

  @Test
  void otherDistributionsDiverge() {
    for (long seed = 1; seed < 20; seed++) {
      assertThat(value(logits(seed), logits(seed + 100))).isPositive();
    }
  }

  /** A softmax does not see a constant that is added to all logits. */
  @Test
  void aConstantAddedToAllLogitsChangesNothing() {
    float[] student = logits(1);
    float[] shifted = student.clone();
    for (int v = 0; v < VOCABULARY; v++) {
      shifted[v] += 4;
    }
    float[] gradient = new float[VOCABULARY];
    assertThat(divergence().evaluate(shifted, logits(2), gradient))
        .isCloseTo(value(student, logits(2)), within(1e-5));
    double sum = 0;
    for (float slope : gradient) {
      sum += slope;
    }
    assertThat(sum).as("sum of the gradient").isCloseTo(0, within(1e-6));
  }

  @Test
  void extremeLogitsStayFinite() {
    float[] peak = new float[VOCABULARY];
    peak[0] = 1e4f;
    float[] other = new float[VOCABULARY];
    other[1] = 1e4f;
    for (float[] student : new float[][] {peak, other, new float[VOCABULARY]}) {
      for (float[] teacher : new float[][] {peak, other, new float[VOCABULARY]}) {
        float[] gradient = new float[VOCABULARY];
        assertThat(divergence().evaluate(student, teacher, gradient)).isFinite();
        assertThat(Arrays.toString(gradient)).doesNotContain("NaN", "Infinity");
      }
    }
  }
}
