package org.align4j.policy.backend.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Through a kernel that uses both operations, since tests are compiled without the module. */
class LanesTest {
  private static final int LANES = SmallGemm.LANES;

  private static float exp(float x) {
    float[] values = new float[LANES];
    Arrays.fill(values, x);
    AttentionTiles.exponentials(values, 0, 0, LANES, LANES, 1, 0);
    return values[0];
  }

  @Test
  void expIsWithinTwoRoundingsOfTheTrueValue() {
    double worst = 0;
    for (float x = -86; x < 88; x += 0.0137f) {
      worst = Math.max(worst, Math.abs(exp(x) / Math.exp(x) - 1));
    }
    assertThat(worst).isLessThan(2.4e-7);
    assertThat(exp(0)).isEqualTo(1f);
  }

  @Test
  void expAtTheEnds() {
    assertThat(exp(-1e30f)).isBetween(0f, 1e-37f);
    assertThat(exp(Float.NEGATIVE_INFINITY)).isBetween(0f, 1e-37f);
    assertThat(exp(1e30f)).isGreaterThan(1e38f);
    assertThat(exp(Float.NaN)).isNaN();
  }

  /** The bits of the first calls, which are interpreted, and of later ones, which are compiled. */
  @Test
  void compilingChangesNothing() {
    float[] firstExp = new float[LANES];
    float firstSum = sines(firstExp);
    for (int i = 0; i < 30_000; i++) {
      float[] later = new float[LANES];
      float sum = sines(later);
      if (sum != firstSum || !Arrays.equals(later, firstExp)) {
        assertThat(sum).as("call %d", i).isEqualTo(firstSum);
        assertThat(later).as("call %d", i).containsExactly(firstExp);
      }
    }
  }

  private static float sines(float[] values) {
    for (int i = 0; i < LANES; i++) {
      values[i] = (float) Math.sin(i + 1);
    }
    return AttentionTiles.exponentials(values, 0, 0, LANES, LANES, 1, 0);
  }

  @Test
  void sumsOfManyVectorsStayInOrder() {
    float[] vectors = new float[LANES * LANES];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = i % LANES + 100 * (i / LANES);
    }
    float[] sums = new float[LANES];
    LaneSums.store(vectors, sums, 0);
    for (int i = 0; i < LANES; i++) {
      assertThat(sums[i]).isEqualTo((float) (LANES * (LANES - 1) / 2 + 100 * LANES * i));
    }
  }
}
