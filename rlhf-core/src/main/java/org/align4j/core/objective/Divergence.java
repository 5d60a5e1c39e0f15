package org.align4j.core.objective;

import java.util.Locale;
import org.align4j.core.ConfigurationException;

/**
 * The f-divergence that keeps the policy near the reference: maps a log-ratio h = log π/π_ref to
 * the score f'(e^h).
 *
 * <p>Source: Wang et al. 2023, "Beyond Reverse KL" (arXiv 2309.16240), section 4; constants dropped
 * as TRL drops them, since only score differences matter to most losses.
 */
public enum Divergence {
  /** f'(t) = log t: standard DPO. */
  REVERSE_KL,
  /** f'(t) = 1 - 1/t. */
  FORWARD_KL,
  /** f'(t) = log(2t / (1 + t)). */
  JS_DIVERGENCE,
  /** f'(t) = (t^(α-1) - 1) / (α-1); at α = 1 its limit, log t. */
  ALPHA_DIVERGENCE;

  /** The exponent above which e^x would overflow a float32 peer; parity needs the same clamp. */
  private static final double MAX_EXPONENT = 80;

  private static final double ALPHA_LIMIT = 1e-6;

  /**
   * Accepts TRL's spelling, for example {@code js_divergence}.
   *
   * @param name in any case
   * @return the divergence
   */
  public static Divergence parse(String name) {
    try {
      return valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "f_divergence_type is \""
              + name
              + "\"; expected reverse_kl, forward_kl, js_divergence or"
              + " alpha_divergence",
          e);
    }
  }

  double score(double logRatio, double alpha) {
    return switch (this) {
      case REVERSE_KL -> logRatio;
      case FORWARD_KL -> -Math.expm1(-logRatio);
      case JS_DIVERGENCE -> Math.log(2) + Logistic.logSigmoid(logRatio);
      case ALPHA_DIVERGENCE ->
          Math.abs(alpha - 1) < ALPHA_LIMIT
              ? logRatio
              : Math.expm1(Math.min((alpha - 1) * logRatio, MAX_EXPONENT)) / (alpha - 1);
    };
  }

  /** d score / d logRatio. */
  double slope(double logRatio, double alpha) {
    return switch (this) {
      case REVERSE_KL -> 1;
      case FORWARD_KL -> Math.exp(-logRatio);
      case JS_DIVERGENCE -> Logistic.sigmoid(-logRatio);
      case ALPHA_DIVERGENCE -> {
        if (Math.abs(alpha - 1) < ALPHA_LIMIT) {
          yield 1;
        }
        double exponent = (alpha - 1) * logRatio;
        yield exponent > MAX_EXPONENT ? 0 : Math.exp(exponent);
      }
    };
  }
}
