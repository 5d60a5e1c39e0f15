package org.align4j.policy.run;

import java.util.Locale;
import java.util.Map;
import org.align4j.core.run.Progress;

/** Shows how far a run is, with the reward or the loss of the last step. */
public final class ProgressListener implements TrainingListener {
  private final Progress.Factory factory;
  private Progress bar;

  /**
   * Shows it somewhere.
   *
   * @param factory opens a display a run
   */
  public ProgressListener(Progress.Factory factory) {
    this.factory = factory;
  }

  @Override
  public void onStart(TrainingEvent event) {
    bar = factory.start(event.run().phase(), event.run().totalSteps());
    bar.step(event.step());
  }

  @Override
  public void onStep(TrainingEvent event) {
    bar.step(1);
    Map<String, Double> metrics = event.metrics();
    String shown = metrics.containsKey("reward") ? "reward" : "loss";
    bar.note(String.format(Locale.ROOT, "%s %.4f", shown, metrics.getOrDefault(shown, 0.0)));
  }

  @Override
  public void onEnd(TrainingRun run, TrainingResult result) {
    if (bar != null) {
      bar.close();
    }
  }
}
