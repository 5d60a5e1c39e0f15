package org.align4j.policy.run;

import java.util.Map;
import org.align4j.core.ConfigurationException;

/**
 * A metric as the score.
 *
 * @param metric its name
 * @param greaterIsBetter whether it is to rise
 */
record MetricScore(String metric, boolean greaterIsBetter) implements EvaluationScore {

  @Override
  public double of(Map<String, Double> metrics) {
    Double value = metrics.get(metric);
    if (value == null) {
      throw new ConfigurationException(
          "evaluations have no metric \"" + metric + "\"; they have " + metrics.keySet());
    }
    return greaterIsBetter ? value : -value;
  }
}
