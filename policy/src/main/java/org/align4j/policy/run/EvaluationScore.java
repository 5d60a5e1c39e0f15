package org.align4j.policy.run;

import java.util.Map;
import org.align4j.core.ConfigurationException;

/** How good an evaluation is; higher is better. */
@FunctionalInterface
public interface EvaluationScore {

  /** The score of an evaluation's metrics. */
  double of(Map<String, Double> metrics);

  /** The metric itself, for metrics that are to rise, such as {@code eval_rewards/accuracies}. */
  static EvaluationScore highest(String metric) {
    return metrics -> value(metrics, metric);
  }

  /** The metric negated, for metrics that are to fall, such as {@code eval_loss}. */
  static EvaluationScore lowest(String metric) {
    return metrics -> -value(metrics, metric);
  }

  private static double value(Map<String, Double> metrics, String metric) {
    Double value = metrics.get(metric);
    if (value == null) {
      throw new ConfigurationException(
          "evaluations have no metric \"" + metric + "\"; they have " + metrics.keySet());
    }
    return value;
  }
}
