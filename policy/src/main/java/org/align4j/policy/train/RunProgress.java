package org.align4j.policy.train;

import java.util.Map;
import org.align4j.core.metric.MetricSums;

/**
 * Where a run stands, as its loop knows it.
 *
 * @param step steps, or rounds of online training, done
 * @param tokens learnt from so far
 * @param logged metrics since the last line of the log
 * @param last metrics of the last step
 * @param evaluation metrics of the last evaluation; empty if there was none
 * @param evaluatedAt the step after which that was; -1 if there was none
 */
public record RunProgress(
    long step,
    long tokens,
    MetricSums logged,
    Map<String, Double> last,
    Map<String, Double> evaluation,
    long evaluatedAt) {

  /** The beginning of a run. */
  public static RunProgress start() {
    return new RunProgress(0, 0, new MetricSums(), Map.of(), Map.of(), -1);
  }
}
