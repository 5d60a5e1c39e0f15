package org.align4j.core.objective;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.objective.PairBatch.Sides;

/** TRL's metrics of preference training, as means over pairs. */
final class PairMetrics {
  private PairMetrics() {}

  static Map<String, Double> of(Sides rewards, Sides logps) {
    int n = rewards.chosen().length;
    double accurate = 0;
    for (int i = 0; i < n; i++) {
      accurate += rewards.chosen()[i] > rewards.rejected()[i] ? 1.0 / n : 0;
    }
    double chosen = mean(rewards.chosen());
    double rejected = mean(rewards.rejected());
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("rewards/chosen", chosen);
    metrics.put("rewards/rejected", rejected);
    metrics.put("rewards/accuracies", accurate);
    metrics.put("rewards/margins", chosen - rejected);
    metrics.put("logps/chosen", mean(logps.chosen()));
    metrics.put("logps/rejected", mean(logps.rejected()));
    return metrics;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }
}
