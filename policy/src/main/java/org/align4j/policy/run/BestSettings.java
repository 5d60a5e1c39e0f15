package org.align4j.policy.run;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.run.Settings;

/** Reads early stopping and the choice of the best weights, with transformers' keys. */
public final class BestSettings {
  private static final String PREFIX = "eval_";

  private BestSettings() {}

  /**
   * The listeners that the settings ask for.
   *
   * @param evaluated the settings for reading keys that have an effect only with evaluations
   * @return the listeners, perhaps none
   */
  public static List<TrainingListener> read(Settings evaluated) {
    boolean best = evaluated.flag("load_best_model_at_end", false);
    int patience = evaluated.integer("early_stopping_patience", 0);
    Settings scored =
        evaluated.when(
            best || patience > 0,
            "with load_best_model_at_end=true or early_stopping_patience above 0");
    String name = scored.text("metric_for_best_model", "loss");
    boolean greater = scored.flag("greater_is_better", !name.endsWith("loss"));
    double threshold =
        evaluated
            .when(patience > 0, "with early_stopping_patience above 0")
            .number("early_stopping_threshold", 0);
    String metric = name.startsWith(PREFIX) ? name : PREFIX + name;
    EvaluationScore score =
        greater ? EvaluationScore.highest(metric) : EvaluationScore.lowest(metric);
    List<TrainingListener> out = new ArrayList<>();
    if (best) {
      out.add(new KeepBest(score));
    }
    if (patience > 0) {
      out.add(new EarlyStopping(score, patience, threshold));
    }
    return out;
  }
}
