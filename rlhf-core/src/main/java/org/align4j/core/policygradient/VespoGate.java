package org.align4j.core.policygradient;

/**
 * The shape of vespo's weights of a sequence's ratio (arXiv 2602.10693).
 *
 * @param positive for advantages ≥ 0
 * @param negative for the others
 */
public record VespoGate(Gamma positive, Gamma negative) {

  /** TRL's defaults. */
  public static final VespoGate DEFAULT = new VespoGate(new Gamma(2, 3), new Gamma(3, 2));

  /**
   * φ(w) = e^λ · w^k · e^(-λw), which is 1 at w = 1.
   *
   * @param k exponent
   * @param lambda rate λ
   */
  public record Gamma(double k, double lambda) {
    double weight(double logWeight) {
      return Math.exp(lambda + k * logWeight - lambda * Math.exp(logWeight));
    }
  }
}
