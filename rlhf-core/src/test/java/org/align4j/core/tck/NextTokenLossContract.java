package org.align4j.core.tck;

import static org.align4j.core.tck.LogitGradients.VOCABULARY;
import static org.align4j.core.tck.LogitGradients.logits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.align4j.core.distillation.NextTokenLoss;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link NextTokenLoss} keeps; it is asked about rows 0 to 2 of nine tokens. */
public abstract class NextTokenLossContract {
  /** The loss under test. */
  protected abstract NextTokenLoss loss();

  private double value(int row, float[] logits) {
    return loss().evaluate(row, logits, new float[VOCABULARY]);
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,2", "2,3", "0,4", "1,5", "2,6"})
  void gradientEqualsFiniteDifferences(int row, long seed) {
    float[] logits = logits(seed);
    float[] gradient = new float[VOCABULARY];
    loss().evaluate(row, logits, gradient);
    LogitGradients.assertFiniteDifferences(gradient, logits, changed -> value(row, changed));
  }

  @Test
  void gradientMayBeWrittenOverTheLogits() {
    float[] expected = new float[VOCABULARY];
    double value = loss().evaluate(1, logits(1), expected);
    float[] logits = logits(1);
    assertThat(loss().evaluate(1, logits, logits)).isEqualTo(value);
    assertThat(logits).containsExactly(expected);
  }

  @Test
  void logitsAreNotChangedOtherwise() {
    float[] logits = logits(1);
    value(0, logits);
    assertThat(logits).containsExactly(logits(1));
  }

  /** A softmax does not see a constant that is added to all logits. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aConstantAddedToAllLogitsChangesNothing(int row) {
    float[] shifted = logits(1);
    for (int v = 0; v < VOCABULARY; v++) {
      shifted[v] += 4;
    }
    float[] gradient = new float[VOCABULARY];
    assertThat(loss().evaluate(row, shifted, gradient))
        .isCloseTo(value(row, logits(1)), within(1e-5));
    double sum = 0;
    for (float slope : gradient) {
      sum += slope;
    }
    assertThat(sum).as("sum of the gradient").isCloseTo(0, within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void extremeLogitsStayFinite(int row) {
    for (int peak = 0; peak < VOCABULARY; peak++) {
      for (float height : new float[] {1e4f, -1e4f}) {
        float[] logits = new float[VOCABULARY];
        logits[peak] = height;
        float[] gradient = new float[VOCABULARY];
        assertThat(loss().evaluate(row, logits, gradient)).isFinite();
        assertThat(Arrays.toString(gradient)).doesNotContain("NaN", "Infinity");
      }
    }
  }
}
