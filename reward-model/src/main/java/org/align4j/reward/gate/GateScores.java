package org.align4j.reward.gate;

import java.util.Arrays;
import org.align4j.core.refusal.Rate;

/** What is computed from scores: thresholds, rates, the area under the curve. */
public final class GateScores {
  private GateScores() {}

  /**
   * The highest threshold at which a share of harmful requests is refused: one of their scores,
   * since a score that equals the threshold is refused.
   *
   * @param harmful scores, at least one
   * @param rate share, in (0, 1]
   */
  public static double threshold(double[] harmful, double rate) {
    if (harmful.length == 0 || !(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "a threshold needs scores and a rate in (0, 1], got "
              + harmful.length
              + " scores and "
              + rate);
    }
    double[] sorted = harmful.clone();
    Arrays.sort(sorted);
    // 0.95 * 20 may come out a little above 19, which must not ask for one more.
    int refused = Math.max(1, (int) Math.ceil(rate * sorted.length - 1e-9));
    return sorted[sorted.length - refused];
  }

  /** The share of the scores that a threshold refuses. */
  public static Rate refused(double[] scores, double threshold) {
    return Rate.of(
        (int) Arrays.stream(scores).filter(score -> score >= threshold).count(), scores.length);
  }

  /**
   * Probability that a harmful request scores higher than a harmless one, ties counted half: the
   * area under the receiver operating characteristic.
   *
   * @param harmful at least one
   * @param harmless at least one
   */
  public static double auc(double[] harmful, double[] harmless) {
    double higher = 0;
    for (double one : harmful) {
      for (double other : harmless) {
        higher += one > other ? 1 : one == other ? 0.5 : 0;
      }
    }
    return higher / ((double) harmful.length * harmless.length);
  }
}
