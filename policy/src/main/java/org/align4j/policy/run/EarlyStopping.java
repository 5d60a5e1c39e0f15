package org.align4j.policy.run;

import java.util.Map;
import org.align4j.core.ConfigurationException;

/**
 * Ends a run when evaluations no longer improve, as transformers' {@code EarlyStoppingCallback}
 * does. The count is saved with checkpoints.
 */
public final class EarlyStopping implements TrainingListener {
  private final EvaluationScore score;
  private final int patience;
  private final double threshold;
  private double best = Double.NEGATIVE_INFINITY;
  private int worse;

  /**
   * Watches a score.
   *
   * @param score what is to rise
   * @param patience evaluations in a row without an improvement after which the run ends, &ge; 1
   * @param threshold how much higher than the best a score must be to count as an improvement, &ge;
   *     0
   */
  public EarlyStopping(EvaluationScore score, int patience, double threshold) {
    if (patience < 1) {
      throw new ConfigurationException(
          "early_stopping_patience must be at least 1, got " + patience);
    }
    if (!(threshold >= 0)) {
      throw new ConfigurationException(
          "early_stopping_threshold must not be negative, got " + threshold);
    }
    this.score = score;
    this.patience = patience;
    this.threshold = threshold;
  }

  @Override
  public void onEvaluation(TrainingEvent event) {
    double now = score.of(event.metrics());
    if (now > best + (Double.isInfinite(best) ? 0 : threshold)) {
      best = now;
      worse = 0;
    } else if (++worse >= patience) {
      event.run().stop();
    }
  }

  @Override
  public Map<String, Double> state() {
    return Double.isInfinite(best) ? Map.of() : Map.of("best", best, "worse", (double) worse);
  }

  @Override
  public void restore(Map<String, Double> state) {
    best = state.getOrDefault("best", Double.NEGATIVE_INFINITY);
    worse = state.getOrDefault("worse", 0.0).intValue();
  }
}
