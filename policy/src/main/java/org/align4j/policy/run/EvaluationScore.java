package org.align4j.policy.run;

import java.util.Map;

/** How good an evaluation is; higher is better. */
@FunctionalInterface
public interface EvaluationScore {

  /** The score of an evaluation's metrics. */
  double of(Map<String, Double> metrics);

  /** The metric itself, for metrics that are to rise, such as {@code eval_rewards/accuracies}. */
  static EvaluationScore highest(String metric) {
    return new MetricScore(metric, true);
  }

  /** The metric negated, for metrics that are to fall, such as {@code eval_loss}. */
  static EvaluationScore lowest(String metric) {
    return new MetricScore(metric, false);
  }
}
