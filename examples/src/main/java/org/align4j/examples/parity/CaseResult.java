package org.align4j.examples.parity;

/**
 * The outcome of one parity case.
 *
 * @param name {@code models/...} or {@code objectives/...}
 * @param verdict {@code pass}, {@code fail} or {@code not supported}
 * @param quantity the quantity that is furthest from its tolerance
 * @param expected the peer's value of it
 * @param got ours
 * @param worstError their distance, as the tolerance measures it
 */
public record CaseResult(
    String name, String verdict, String quantity, double expected, double got, double worstError) {

  static CaseResult notSupported(String name, String why) {
    return new CaseResult(name, "not supported", why, Double.NaN, Double.NaN, Double.NaN);
  }

  static CaseResult failed(String name, String why) {
    return new CaseResult(name, "fail", why, Double.NaN, Double.NaN, Double.NaN);
  }
}
