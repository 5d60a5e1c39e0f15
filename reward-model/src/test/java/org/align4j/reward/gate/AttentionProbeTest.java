package org.align4j.reward.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AttentionProbeTest {
  private static final int HIDDEN = 5;
  private static final int TOKENS = 4;
  private static final float[] WEIGHTS = {0.7f, 0, 1.3f};

  private final Random random = new Random(3);
  private final AttentionProbe probe = filled(AttentionProbe.zeros(2, 3, HIDDEN));
  private final float[][] tokens = filled(new float[TOKENS][HIDDEN]);
  private final float[] end = filled(new float[1][HIDDEN])[0];

  private float[][] filled(float[][] rows) {
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return rows;
  }

  private AttentionProbe filled(AttentionProbe empty) {
    empty.rows().forEach(this::filled);
    filled(new float[][] {empty.constants()});
    return empty;
  }

  private double loss(double noise) {
    return new ProbeGradient(probe, noise, 0).add(tokens, end, 1, WEIGHTS, new SplittableRandom(1));
  }

  private AttentionProbe gradient(double noise) {
    ProbeGradient gradient = new ProbeGradient(probe, noise, 0);
    gradient.add(tokens, end, 1, WEIGHTS, new SplittableRandom(1));
    return gradient.sum();
  }

  /** All weights against finite differences, the noise drawn alike. */
  private void check(double noise) {
    AttentionProbe gradient = gradient(noise);
    for (int block = 0; block < 3; block++) {
      float[][] rows = probe.rows().get(block);
      for (int row = 0; row < rows.length; row++) {
        for (int i = 0; i < HIDDEN; i++) {
          assertThat((double) gradient.rows().get(block)[row][i])
              .as("block %d, row %d, column %d", block, row, i)
              .isCloseTo(difference(rows[row], i, noise), within(3e-3));
        }
      }
    }
    for (int i = 0; i < WEIGHTS.length; i++) {
      assertThat((double) gradient.constants()[i])
          .isCloseTo(difference(probe.constants(), i, noise), within(3e-3));
    }
  }

  private double difference(float[] values, int at, double noise) {
    float kept = values[at];
    float step = 1e-2f;
    values[at] = kept + step;
    double up = loss(noise);
    values[at] = kept - step;
    double down = loss(noise);
    values[at] = kept;
    return (up - down) / (2 * step);
  }

  @Test
  void theGradientIsThatOfTheLoss() {
    check(0);
  }

  /** What noise does to the pools depends on the keys, too; that part is left out. */
  @Test
  void noiseOnLogitsIsInTheGradientOfTheKeys() {
    AttentionProbe quiet = gradient(0);
    AttentionProbe noisy = gradient(0.5);
    assertThat(noisy.keys()[0]).isNotEqualTo(quiet.keys()[0]);
  }

  @Test
  void theLossIsTheWeightedLogisticLoss() {
    double[] scores = probe.scores(tokens, end);
    double expected = 0;
    for (int group = 0; group < 3; group++) {
      expected += WEIGHTS[group] * Math.log1p(Math.exp(-scores[group]));
    }
    assertThat(loss(0)).isCloseTo(expected, within(1e-5));
  }

  /** One head, one group, two tokens. */
  @Test
  void scoresAreThoseOfTheFormula() {
    AttentionProbe small =
        new AttentionProbe(
            new float[][] {{1, 0}},
            new float[][] {{0, 2}},
            new float[][] {{3, 0}},
            new float[] {4});
    float[][] two = {{(float) Math.log(3), 1}, {0, -1}};
    // Weights of 3/4 and 1/4: 2 (3/4 - 1/4) = 1, and 3 · 5 + 4.
    assertThat(small.scores(two, new float[] {5, 6})[0]).isCloseTo(1 + 15 + 4, within(1e-5));
  }

  @Test
  void scalingMultipliesAllScores() {
    double[] before = probe.scores(tokens, end);
    double[] after = probe.scaled(2).scores(tokens, end);
    for (int i = 0; i < before.length; i++) {
      assertThat(after[i]).isCloseTo(2 * before[i], within(1e-4));
    }
  }

  @Test
  void dropoutLeavesFeaturesOutAndKeepsTheirSumOnAverage() {
    int draws = 4000;
    double sum = 0;
    SplittableRandom draw = new SplittableRandom(2);
    AttentionProbe linear =
        new AttentionProbe(
            new float[0][], new float[0][], new float[][] {{1, 1, 1, 1, 1}}, new float[1]);
    for (int i = 0; i < draws; i++) {
      ProbeGradient gradient = new ProbeGradient(linear, 0, 0.5);
      gradient.add(new float[0][], end, 1, new float[] {1}, draw);
      float factor = gradient.sum().constants()[0];
      sum += gradient.sum().ends()[0][0] / factor;
      assertThat(Math.abs(gradient.sum().ends()[0][0] / factor))
          .satisfiesAnyOf(
              x -> assertThat(x).isZero(),
              x -> assertThat(x).isCloseTo(2 * Math.abs(end[0]), within(1e-3f)));
    }
    assertThat(sum / draws).isCloseTo(end[0], within(0.1));
    assertThat(List.of(linear.heads(), linear.groups())).containsExactly(0, 1);
  }
}
