package org.align4j.policy.train;

import java.util.Map;
import org.align4j.core.metric.MetricSums;

/**
 * Where a run stands, as its loop knows it.
 *
 * @param step steps, or rounds of online training, done
 * @param tokens number of tokens trained on so far
 * @param logged metrics since the last log event
 * @param last metrics of the last step
 * @param evaluation metrics of the last evaluation; empty if there was none
 * @param evaluatedAt the step after which that was; -1 if there was none
 * @param listeners what the run's listeners have to know to go on
 */
public record RunProgress(
    long step,
    long tokens,
    MetricSums logged,
    Map<String, Double> last,
    Map<String, Double> evaluation,
    long evaluatedAt,
    Map<String, Double> listeners) {

  /** The beginning of a run. */
  static RunProgress start() {
    return new RunProgress(0, 0, new MetricSums(), Map.of(), Map.of(), -1, Map.of());
  }

  RunProgress after(long stepTokens, Map<String, Double> metrics) {
    return new RunProgress(
        step + 1, tokens + stepTokens, logged, metrics, evaluation, evaluatedAt, listeners);
  }

  RunProgress withNothingToLog() {
    return new RunProgress(
        step, tokens, new MetricSums(), last, evaluation, evaluatedAt, listeners);
  }

  RunProgress evaluated(Map<String, Double> metrics) {
    return new RunProgress(step, tokens, logged, last, metrics, step, listeners);
  }

  RunProgress withListeners(Map<String, Double> states) {
    return new RunProgress(step, tokens, logged, last, evaluation, evaluatedAt, states);
  }
}
