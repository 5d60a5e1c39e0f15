package org.align4j.examples.parity;

/** Collects comparisons of one case and keeps the worst relative to its tolerance. */
final class Comparison {
  private double worstRatio = -1;
  private String quantity = "nothing compared";
  private double expected = Double.NaN;
  private double got = Double.NaN;
  private double error = Double.NaN;

  /** |got - expected| ≤ tolerance. */
  void absolute(String name, double expectedValue, double gotValue, double tolerance) {
    add(name, expectedValue, gotValue, Math.abs(gotValue - expectedValue), tolerance);
  }

  /** |got - expected| ≤ tolerance · max(|expected|, floor). */
  void relative(
      String name, double expectedValue, double gotValue, double tolerance, double floor) {
    double scale = Math.max(Math.abs(expectedValue), floor);
    add(name, expectedValue, gotValue, Math.abs(gotValue - expectedValue) / scale, tolerance);
  }

  private void add(
      String name, double expectedValue, double gotValue, double distance, double tolerance) {
    // A NaN distance must lose against every tolerance.
    double ratio = Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance / tolerance;
    if (ratio > worstRatio) {
      worstRatio = ratio;
      quantity = name;
      expected = expectedValue;
      got = gotValue;
      error = distance;
    }
  }

  CaseResult result(String name) {
    boolean passed = worstRatio >= 0 && worstRatio <= 1;
    return new CaseResult(name, passed ? "pass" : "fail", quantity, expected, got, error);
  }
}
