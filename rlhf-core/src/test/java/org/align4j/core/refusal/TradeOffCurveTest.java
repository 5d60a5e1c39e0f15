package org.align4j.core.refusal;

import static org.align4j.core.refusal.PromptKind.BENIGN;
import static org.align4j.core.refusal.PromptKind.HARMFUL;
import static org.align4j.core.refusal.PromptKind.ORDINARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.align4j.core.refusal.TradeOffCurve.Point;
import org.junit.jupiter.api.Test;

class TradeOffCurveTest {
  private static final double[] BAD = {0.9, 0.5, 0.5, 0.1};

  private final TradeOffCurve curve =
      TradeOffCurve.of(
          Map.of(HARMFUL, BAD, BENIGN, new double[] {0.5, 0.2}, ORDINARY, new double[] {0.1}));

  @Test
  void everyScoreIsAThresholdFromTheHighestOn() {
    assertThat(curve.points())
        .containsExactly(
            new Point(0.9, Map.of(HARMFUL, 0.25, BENIGN, 0.0, ORDINARY, 0.0)),
            new Point(0.5, Map.of(HARMFUL, 0.75, BENIGN, 0.5, ORDINARY, 0.0)),
            new Point(0.2, Map.of(HARMFUL, 0.75, BENIGN, 1.0, ORDINARY, 0.0)),
            new Point(0.1, Map.of(HARMFUL, 1.0, BENIGN, 1.0, ORDINARY, 1.0)));
  }

  @Test
  void theAreaIsTheShareOfPairsInOrder() {
    // 0.9 beats both; each 0.5 beats 0.2 and ties with 0.5; 0.1 beats none: 2 + 2 · 1.5 of 8.
    assertThat(curve.auc(BENIGN)).hasValue(5.0 / 8);
    assertThat(curve.auc(ORDINARY)).hasValue(3.5 / 4);
    assertThat(curve.auc(HARMFUL)).hasValue(0.5);
    assertThat(TradeOffCurve.of(Map.of(HARMFUL, BAD)).auc(ORDINARY)).isEmpty();
  }

  @Test
  void aShareIsKeptByTheHighestThresholdThatReachesIt() {
    assertThat(curve.keeping(0.25).threshold()).isEqualTo(0.9);
    assertThat(curve.keeping(0.26).threshold()).isEqualTo(0.5);
    assertThat(curve.keeping(0.75).threshold()).isEqualTo(0.5);
    assertThat(curve.keeping(0.95).threshold()).isEqualTo(0.1);
    double[] twenty = Arrays.stream(new double[20]).map(zero -> 1).toArray();
    twenty[7] = 0;
    assertThat(TradeOffCurve.of(Map.of(HARMFUL, twenty)).keeping(0.95).threshold()).isOne();
    assertThatThrownBy(() -> curve.keeping(1.01)).hasMessageContaining("1.01");
  }

  /** Few distinct values, so that ties are frequent, within a kind and between kinds. */
  @Test
  void agreesWithCountingPairsAndPrompts() {
    Random random = new Random(11);
    for (int trial = 0; trial < 300; trial++) {
      int distinct = 1 + random.nextInt(12);
      Map<PromptKind, double[]> scores =
          Map.of(
              HARMFUL, draw(random, distinct),
              BENIGN, draw(random, distinct),
              ORDINARY, draw(random, distinct));
      TradeOffCurve tested = TradeOffCurve.of(scores);
      for (PromptKind other : List.of(BENIGN, ORDINARY)) {
        assertThat(tested.auc(other)).hasValue(bruteForce(scores.get(HARMFUL), scores.get(other)));
      }
      for (Point point : tested.points()) {
        for (PromptKind kind : PromptKind.values()) {
          double[] all = scores.get(kind);
          long hit = Arrays.stream(all).filter(score -> score >= point.threshold()).count();
          assertThat(point.refused().get(kind)).isEqualTo((double) hit / all.length);
        }
      }
    }
  }

  private static double[] draw(Random random, int distinct) {
    return random
        .ints(1 + random.nextInt(25), 0, distinct)
        .mapToDouble(i -> (i - 3) / 7.0)
        .toArray();
  }

  private static double bruteForce(double[] harmful, double[] other) {
    long halves = 0;
    for (double high : harmful) {
      for (double low : other) {
        halves += high > low ? 2 : high == low ? 1 : 0;
      }
    }
    return halves / (2.0 * harmful.length * other.length);
  }

  @Test
  void signedZerosAreEqual() {
    TradeOffCurve zeros =
        TradeOffCurve.of(Map.of(HARMFUL, new double[] {-0.0}, BENIGN, new double[] {0.0}));
    assertThat(zeros.auc(BENIGN)).hasValue(0.5);
    assertThat(zeros.points()).hasSize(1);
  }

  @Test
  void whatIsNoScoreIsRefused() {
    assertThatThrownBy(() -> TradeOffCurve.of(Map.of(BENIGN, BAD)))
        .hasMessageContaining("harmful prompts");
    assertThatThrownBy(() -> TradeOffCurve.of(Map.of(HARMFUL, BAD, ORDINARY, new double[0])))
        .hasMessageContaining("ordinary prompts");
    assertThatThrownBy(() -> TradeOffCurve.of(Map.of(HARMFUL, new double[] {0, Double.NaN})))
        .hasMessageContaining("must be numbers");
  }
}
