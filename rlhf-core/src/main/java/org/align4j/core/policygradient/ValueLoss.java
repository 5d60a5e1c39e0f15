package org.align4j.core.policygradient;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.ConfigurationException;
import org.align4j.core.metric.MetricSums;

/**
 * The critic's loss: ½ · mean over tokens of max((v - R)², (clip(v, v_old ± range) - R)²), the
 * clipped form of PPO's implementations (Huang et al. 2022, "The 37 Implementation Details of
 * PPO"). Values equal OpenRLHF 0.11's {@code ValueLoss} to rounding.
 *
 * @param clipRange largest step away from the old value that is rewarded; 0 = no clipping
 */
public record ValueLoss(double clipRange) {

  /**
   * Loss and gradient of a micro-batch.
   *
   * @param loss already divided by the step's tokens
   * @param dValues d loss / d value, {@code [completion][token]}
   * @param metrics {@code val/clipfrac_avg}: share of the tokens whose value was clipped
   */
  public record Value(double loss, List<double[]> dValues, MetricSums metrics) {}

  /**
   * Checks the range.
   *
   * @param clipRange largest step away from the old value that is rewarded; 0 = no clipping
   */
  public ValueLoss {
    if (clipRange < 0) {
      throw new ConfigurationException("cliprange_value must not be negative, got " + clipRange);
    }
  }

  /**
   * Evaluates a micro-batch.
   *
   * @param values the critic's values, {@code [completion][token]}
   * @param oldValues its values when the update began
   * @param returns targets
   * @param counts of the whole step
   * @return loss and gradient
   */
  public Value evaluate(
      List<double[]> values,
      List<double[]> oldValues,
      List<double[]> returns,
      RolloutCounts counts) {
    MetricSums metrics = new MetricSums();
    List<double[]> gradients = new ArrayList<>(values.size());
    double loss = 0;
    for (int i = 0; i < values.size(); i++) {
      double[] gradient = new double[values.get(i).length];
      for (int t = 0; t < gradient.length; t++) {
        double old = oldValues.get(i)[t];
        double value = values.get(i)[t];
        double error = value - returns.get(i)[t];
        double step = value - old;
        boolean beyond = clipRange > 0 && Math.abs(step) > clipRange;
        double clippedError =
            beyond ? old + Math.copySign(clipRange, step) - returns.get(i)[t] : error;
        boolean clipped = clippedError * clippedError > error * error;
        double used = clipped ? clippedError : error;
        loss += 0.5 * used * used / counts.tokens();
        gradient[t] = clipped ? 0 : error / counts.tokens();
        metrics.add("val/clipfrac_avg", clipped ? 1 : 0, 1);
      }
      gradients.add(gradient);
    }
    return new Value(loss, gradients, metrics);
  }
}
