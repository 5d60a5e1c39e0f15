package org.align4j.core.policygradient;

/**
 * The shape of sapo's soft gate (Gao et al. 2025, arXiv 2511.20347).
 *
 * @param positive temperature τ for positive advantages
 * @param negative τ for the others
 */
public record SapoGate(double positive, double negative) {

  /** TRL's defaults. */
  public static final SapoGate DEFAULT = new SapoGate(1, 1.05);
}
