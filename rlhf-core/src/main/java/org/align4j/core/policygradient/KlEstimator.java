package org.align4j.core.policygradient;

import java.util.Locale;
import org.align4j.core.ConfigurationException;

/**
 * Estimators of KL(π ‖ π_ref) from tokens that π sampled (Schulman 2020, "Approximating KL
 * Divergence"), with d = log π - log π_ref of a token.
 *
 * <p>Value and gradient are different things: as a loss, k1's pathwise gradient is zero in
 * expectation and k3's is that of the forward KL; k2's pathwise gradient d · ∇log π is that of the
 * reverse KL. {@link #unbiasedSlope} names it.
 */
public enum KlEstimator implements KlMeasure {
  /** d: unbiased, of either sign. */
  K1,
  /** d²/2: never negative, biased. */
  K2,
  /** e^(-d) - 1 + d: never negative, unbiased. */
  K3;

  /**
   * Accepts {@code k1}, {@code k2}, {@code k3}.
   *
   * @param name in any case
   * @return the estimator
   */
  public static KlEstimator parse(String name) {
    try {
      return valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "kl_estimator is \""
              + name
              + "\"; expected k1, k2 or k3, or exact where the whole vocabulary can be seen",
          e);
    }
  }

  /** Its name in metrics and settings. */
  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return the estimate for one token, in nats}
   *
   * @param d log π(y) - log π_ref(y) of a sampled token
   */
  public double value(double d) {
    return switch (this) {
      case K1 -> d;
      case K2 -> d * d / 2;
      case K3 -> Math.expm1(-d) + d;
    };
  }

  /**
   * {@return d value / d log π, with the token held fixed}
   *
   * @param d log π(y) - log π_ref(y) of a sampled token
   */
  public double slope(double d) {
    return switch (this) {
      case K1 -> 1;
      case K2 -> d;
      case K3 -> -Math.expm1(-d);
    };
  }

  /**
   * {@return the slope whose expectation over π's own tokens is the gradient of the reverse KL: d}
   *
   * @param d log π(y) - log π_ref(y) of a sampled token
   */
  public static double unbiasedSlope(double d) {
    return K2.slope(d);
  }
}
