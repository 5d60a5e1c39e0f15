package org.align4j.core.objective;

import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.PairBatch.Sides;

/** TRL's metrics of preference training, counted by pairs. */
final class PairMetrics {
  private PairMetrics() {}

  static MetricSums of(Sides rewards, Sides logps) {
    MetricSums metrics = new MetricSums();
    for (int i = 0; i < rewards.chosen().length; i++) {
      double chosen = rewards.chosen()[i];
      double rejected = rewards.rejected()[i];
      metrics.add("rewards/chosen", chosen, 1);
      metrics.add("rewards/rejected", rejected, 1);
      metrics.add("rewards/accuracies", chosen > rejected ? 1 : 0, 1);
      metrics.add("rewards/margins", chosen - rejected, 1);
      metrics.add("logps/chosen", logps.chosen()[i], 1);
      metrics.add("logps/rejected", logps.rejected()[i], 1);
    }
    return metrics;
  }
}
