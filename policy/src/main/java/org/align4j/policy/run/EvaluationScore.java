package org.align4j.policy.run;

import java.util.Map;

/** How good an evaluation is; higher is better. */
@FunctionalInterface
public interface EvaluationScore {

  /**
   * {@return the score of an evaluation's metrics}
   *
   * @param metrics by name
   */
  double of(Map<String, Double> metrics);

  /**
   * {@return the metric itself, for metrics that are to rise, such as {@code
   * eval_rewards/accuracies}}
   *
   * @param metric name in the log
   */
  static EvaluationScore highest(String metric) {
    return new MetricScore(metric, true);
  }

  /**
   * {@return the metric negated, for metrics that are to fall, such as {@code eval_loss}}
   *
   * @param metric name in the log
   */
  static EvaluationScore lowest(String metric) {
    return new MetricScore(metric, false);
  }
}
