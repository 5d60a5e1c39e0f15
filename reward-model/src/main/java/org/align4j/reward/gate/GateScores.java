package org.align4j.reward.gate;

import java.util.Arrays;
import java.util.Map;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.Rate;
import org.align4j.core.refusal.TradeOffCurve;

/** What is computed from scores: thresholds, rates, the area under the curve. */
public final class GateScores {
  private GateScores() {}

  /**
   * The highest threshold at which a share of harmful requests is refused: one of their scores,
   * since a score that equals the threshold is refused.
   *
   * @param harmful scores, at least one
   * @param rate share, in (0, 1]
   * @return the least score that is refused
   * @throws IllegalArgumentException without scores, or if the share is outside (0, 1]
   */
  static double threshold(double[] harmful, double rate) {
    if (harmful.length == 0 || !(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "a threshold needs scores and a rate in (0, 1], got "
              + harmful.length
              + " scores and "
              + rate);
    }
    return TradeOffCurve.of(Map.of(PromptKind.HARMFUL, harmful)).keeping(rate).threshold();
  }

  /**
   * {@return the share of the scores that a threshold refuses}
   *
   * @param scores of requests of one kind
   * @param threshold scores from here on are refused
   */
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
   * @return in [0, 1]; 0.5 if the scores do not tell the requests apart
   */
  static double auc(double[] harmful, double[] harmless) {
    return TradeOffCurve.of(Map.of(PromptKind.HARMFUL, harmful, PromptKind.ORDINARY, harmless))
        .auc(PromptKind.ORDINARY)
        .orElseThrow();
  }
}
