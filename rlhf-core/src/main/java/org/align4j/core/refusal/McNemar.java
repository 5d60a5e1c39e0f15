package org.align4j.core.refusal;

import org.apache.commons.math3.special.Beta;

/** Paired significance of a change in a yes/no outcome on the same prompts. */
public final class McNemar {
  private McNemar() {}

  /**
   * Exact two-sided p-value (McNemar 1947) that before and after differ only by chance.
   *
   * @param before one entry a prompt
   * @param after the same prompts in the same order
   * @return in [0, 1]; 1 when no prompt changed its outcome
   */
  public static double pValue(boolean[] before, boolean[] after) {
    if (before.length != after.length) {
      throw new IllegalArgumentException(
          "paired outcomes differ in number: " + before.length + " and " + after.length);
    }
    int gained = 0;
    int lost = 0;
    for (int i = 0; i < before.length; i++) {
      if (after[i] && !before[i]) {
        gained++;
      } else if (before[i] && !after[i]) {
        lost++;
      }
    }
    return pValue(gained, lost);
  }

  /**
   * The same from counts: min(1, 2 · P(X ≤ min(gained, lost))) for X binomial with gained + lost
   * trials of probability 1/2. Twice a tail is the two-sided test, as the distribution is
   * symmetric.
   *
   * @param gained prompts whose outcome became yes, ≥ 0
   * @param lost prompts whose outcome became no, ≥ 0
   * @return in [0, 1]; 0 where it is smaller than any double
   */
  public static double pValue(int gained, int lost) {
    if (gained < 0 || lost < 0) {
      throw new IllegalArgumentException(
          "changed outcomes must not be negative, got " + gained + " and " + lost);
    }
    if (gained == lost) {
      return 1;
    }
    int smaller = Math.min(gained, lost);
    int larger = Math.max(gained, lost);
    // P(X ≤ k) of n trials of 1/2 is I(1/2; n - k, k + 1); the other tail's complement is no small
    // number any more.
    return Math.min(1, 2 * Beta.regularizedBeta(0.5, larger, smaller + 1.0));
  }
}
