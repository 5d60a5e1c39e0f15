package org.align4j.core.refusal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.apache.commons.math3.stat.interval.WilsonScoreInterval;

/**
 * A share of n trials with its 95% Wilson score interval.
 *
 * @param n trials, ≥ 1
 * @param hits successes, 0..n
 * @param low lower bound, in [0, 1]
 * @param high upper bound, in [0, 1]
 */
public record Rate(int n, int hits, double low, double high) {
  private static final double CONFIDENCE = 0.95;

  /**
   * Computes the interval (Wilson 1927).
   *
   * @param hits between 0 and {@code n}
   * @param n number of trials, &gt; 0
   * @return the rate with its 95% interval
   */
  public static Rate of(int hits, int n) {
    if (n <= 0 || hits < 0 || hits > n) {
      throw new IllegalArgumentException(
          "a rate needs 0 <= hits <= n and n > 0, got " + hits + " of " + n);
    }
    ConfidenceInterval interval = new WilsonScoreInterval().createInterval(n, hits, CONFIDENCE);
    return new Rate(
        n, hits, Math.max(0, interval.getLowerBound()), Math.min(1, interval.getUpperBound()));
  }

  /**
   * {@return the numbers in reports, in order: n, the hits, rate, low and high}
   *
   * @param hitsName what the report calls the hits, such as {@code refused}
   */
  public Map<String, Object> fields(String hitsName) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("n", n);
    fields.put(hitsName, hits);
    fields.put("rate", value());
    fields.put("low", low);
    fields.put("high", high);
    return fields;
  }

  /** {@return hits / n} */
  public double value() {
    return (double) hits / n;
  }
}
