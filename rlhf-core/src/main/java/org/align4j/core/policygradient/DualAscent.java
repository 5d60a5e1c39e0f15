package org.align4j.core.policygradient;

import static org.align4j.core.ConfigurationException.require;

/**
 * How the multiplier of a constraint moves.
 *
 * @param rate what a round adds to the multiplier for each unit that the cost's mean is above the
 *     target, &gt; 0
 * @param gain what the multiplier has on top for each such unit, as long as the excess lasts, &ge;
 *     0; 0 is dual ascent alone
 * @param initial where the multiplier starts, in [0, maximum]
 * @param maximum most that it becomes, &gt; 0; bounds what a target that cannot be met does
 * @param window completions that the cost's mean is taken over, in effect, &ge; 1
 */
public record DualAscent(double rate, double gain, double initial, double maximum, double window) {
  private static final double RATE = 0.5;
  private static final double GAIN = 5;
  private static final double INITIAL = 2;
  private static final double MAXIMUM = 20;
  private static final double WINDOW = 128;

  /**
   * Checks ranges.
   *
   * @param rate what a round adds to the multiplier for each unit that the cost's mean is above the
   *     target, &gt; 0
   * @param gain what the multiplier has on top for each such unit, as long as the excess lasts,
   *     &ge; 0; 0 is dual ascent alone
   * @param initial where the multiplier starts, in [0, maximum]
   * @param maximum most that it becomes, &gt; 0; bounds what a target that cannot be met does
   * @param window completions that the cost's mean is taken over, in effect, &ge; 1
   */
  public DualAscent {
    require(rate > 0, "the rate of a multiplier must be positive, got " + rate);
    require(gain >= 0, "the gain of a multiplier must not be negative, got " + gain);
    require(maximum > 0, "the maximum of a multiplier must be positive, got " + maximum);
    require(
        initial >= 0 && initial <= maximum,
        "a multiplier must start in [0, " + maximum + "], got " + initial);
    require(window >= 1, "a mean needs a window of at least 1 completion, got " + window);
  }

  /**
   * {@return rate 0.5 and gain 5, from 2, at most 20, over 128 completions: for rewards that differ
   * by about 2 and costs that are 0 or 1}
   */
  public static DualAscent defaults() {
    return new DualAscent(RATE, GAIN, INITIAL, MAXIMUM, WINDOW);
  }
}
