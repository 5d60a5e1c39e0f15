package org.align4j.reward.report;

import java.util.Locale;
import org.align4j.core.refusal.Rate;

/** A rate of refusals in a line of text. */
public final class RateLine {
  private RateLine() {}

  /**
   * {@return the name, the counts, the share and its interval, in percent}
   *
   * @param name of what was measured
   * @param rate how much of it was refused
   */
  public static String of(String name, Rate rate) {
    return String.format(
        Locale.ROOT,
        "%-60s %4d of %4d refused, %5.1f%% (%.1f%% to %.1f%%)",
        name,
        rate.hits(),
        rate.n(),
        100 * rate.value(),
        100 * rate.low(),
        100 * rate.high());
  }
}
