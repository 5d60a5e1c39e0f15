package org.align4j.core.refusal;

import org.apache.commons.math3.stat.inference.AlternativeHypothesis;
import org.apache.commons.math3.stat.inference.BinomialTest;

/** Paired significance of a change in a yes/no outcome on the same prompts. */
public final class McNemar {
  private McNemar() {}

  /**
   * Exact two-sided p-value (McNemar 1947) that before and after differ only by chance.
   *
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
    if (gained + lost == 0) {
      return 1;
    }
    return Math.min(
        1,
        new BinomialTest()
            .binomialTest(gained + lost, gained, 0.5, AlternativeHypothesis.TWO_SIDED));
  }
}
