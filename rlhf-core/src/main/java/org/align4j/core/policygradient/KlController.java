package org.align4j.core.policygradient;

import org.align4j.core.ConfigurationException;

/**
 * The weight of the KL penalty. Fixed, or moved so that the KL stays near a target (Ziegler et al.
 * 2019, arXiv 1909.08593, section 2.2): β is multiplied by 1 + clip(KL/target - 1, ±0.2) ·
 * n/horizon.
 */
public final class KlController {
  private static final double MAX_ERROR = 0.2;

  private final double target;
  private final double horizon;
  private double value;

  private KlController(double value, double target, double horizon) {
    if (value < 0) {
      throw new ConfigurationException("kl_coef must not be negative, got " + value);
    }
    this.value = value;
    this.target = target;
    this.horizon = horizon;
  }

  /**
   * {@return a constant weight, ≥ 0}
   *
   * @param value the weight
   */
  public static KlController fixed(double value) {
    return new KlController(value, 0, 0);
  }

  /**
   * {@return a weight that follows the KL}
   *
   * @param value where it starts, &gt; 0
   * @param target KL of a completion in nats, &gt; 0
   * @param horizon completions over which it moves, &gt; 0
   */
  public static KlController adaptive(double value, double target, double horizon) {
    if (!(target > 0 && horizon > 0 && value > 0)) {
      throw new ConfigurationException(
          "an adaptive KL weight needs positive kl_coef, kl_target and kl_horizon");
    }
    return new KlController(value, target, horizon);
  }

  /** {@return the weight now} */
  public double value() {
    return value;
  }

  /**
   * Goes on from a checkpoint.
   *
   * @param saved the weight that {@link #value} gave
   */
  public void restore(double saved) {
    value = saved;
  }

  /**
   * Tells what the KL was.
   *
   * @param kl mean KL of a completion
   * @param completions over so many
   */
  public void update(double kl, long completions) {
    if (target > 0) {
      double error = Math.max(-MAX_ERROR, Math.min(MAX_ERROR, kl / target - 1));
      value *= 1 + error * completions / horizon;
    }
  }
}
