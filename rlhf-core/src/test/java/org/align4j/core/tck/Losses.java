package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.align4j.core.metric.MetricSums;

/** Assertions that the contracts of all objectives share. */
final class Losses {
  /** Of sums in another order, relative to the larger of 1 and the value. */
  private static final double ROUNDING = 1e-11;

  private Losses() {}

  static void assertClose(String what, double got, double expected) {
    assertThat(got)
        .as(what)
        .isCloseTo(expected, within(ROUNDING * Math.max(1, Math.abs(expected))));
  }

  static void assertClose(String what, List<double[]> got, List<double[]> expected) {
    assertThat(got).as("rows of %s", what).hasSameSizeAs(expected);
    for (int i = 0; i < got.size(); i++) {
      assertThat(got.get(i)).as("%s, row %d", what, i).hasSameSizeAs(expected.get(i));
      for (int t = 0; t < got.get(i).length; t++) {
        assertClose(what + ", row " + i + ", token " + t, got.get(i)[t], expected.get(i)[t]);
      }
    }
  }

  /** To the bit. */
  static void assertSame(String what, List<double[]> got, List<double[]> expected) {
    assertThat(got).as("rows of %s", what).hasSameSizeAs(expected);
    for (int i = 0; i < got.size(); i++) {
      assertThat(got.get(i)).as("%s, row %d", what, i).containsExactly(expected.get(i));
    }
  }

  /**
   * A loss at an extreme point.
   *
   * @param overflows whether the formula may leave the range of double precision; a finite loss has
   *     a finite gradient all the same
   */
  static void assertUsable(
      String point, double loss, List<List<double[]>> gradients, boolean overflows) {
    if (!overflows) {
      assertThat(loss).as("loss at %s", point).isFinite();
    }
    if (Double.isFinite(loss)) {
      for (List<double[]> rows : gradients) {
        for (double[] row : rows) {
          assertThat(Arrays.stream(row).allMatch(Double::isFinite))
              .as("loss at %s is %s, so its gradient %s is finite", point, loss, show(row))
              .isTrue();
        }
      }
    }
  }

  private static String show(double[] row) {
    return Arrays.toString(row);
  }

  static void assertMetrics(MetricSums metrics) {
    metrics
        .means()
        .forEach(
            (name, mean) -> {
              assertThat(name).as("a metric's name").isNotBlank();
              assertThat(mean).as("metric %s", name).isFinite();
            });
  }

  static void assertMetricsClose(MetricSums got, MetricSums expected) {
    assertThat(got.means()).containsOnlyKeys(expected.means().keySet());
    expected
        .means()
        .forEach((name, mean) -> assertClose("metric " + name, got.means().get(name), mean));
  }
}
