package org.align4j.policy.run;

import java.util.Map;

/**
 * What a run did.
 *
 * @param steps steps, or rounds of online training, done, those before a resume included
 * @param outcome how the run ended
 * @param last metrics of the last step
 * @param evaluation metrics of the last evaluation; empty without evaluation data
 */
public record TrainingResult(
    long steps, Outcome outcome, Map<String, Double> last, Map<String, Double> evaluation) {

  /** How a run ends. */
  public enum Outcome {
    /** All steps were taken. */
    COMPLETED,
    /**
     * The run ended early: it was cancelled, its time was up, or a listener or a limit ended it.
     */
    STOPPED,
    /** An exception ended the run. */
    FAILED
  }

  /** {@return whether the run ended before all of its steps were taken} */
  public boolean stopped() {
    return outcome == Outcome.STOPPED;
  }
}
