package org.align4j.core.policygradient;

import java.util.List;
import org.align4j.core.metric.MetricSums;

/**
 * What a policy-gradient objective returns.
 *
 * @param loss already divided by the step's counts
 * @param dPolicy d loss / d log-prob, {@code [completion][token]}
 * @param metrics TRL's names
 */
public record PolicyGradientValue(double loss, List<double[]> dPolicy, MetricSums metrics) {

  /**
   * {@return what falls to some of the completions: their gradients and, by their number, a share
   * of the loss} The first part has all metrics.
   *
   * @param from first completion
   * @param count number of completions
   */
  public PolicyGradientValue part(int from, int count) {
    return new PolicyGradientValue(
        loss * count / dPolicy.size(),
        dPolicy.subList(from, from + count),
        from == 0 ? metrics : new MetricSums());
  }
}
