package org.align4j.policy.run;

import java.util.Map;

/**
 * Takes part in a training run: progress bars, logs, early stopping, a user's own code. All methods
 * are called from the training thread, in the order in which the listeners were given. An exception
 * ends the run.
 */
public interface TrainingListener {

  /**
   * The run begins.
   *
   * @param event with the step that the run goes on from, 0 for a new one, and no metrics
   */
  default void onStart(TrainingEvent event) {}

  /**
   * A step, or a round of online training, is over.
   *
   * @param event with the step's metrics
   */
  default void onStep(TrainingEvent event) {}

  /**
   * A round of online training was sampled, rewarded and learnt from.
   *
   * @param round prompts, completions and rewards
   */
  default void onRound(Round round) {}

  /**
   * Metrics are to be logged, every {@code logging_steps} steps and at the end.
   *
   * @param event with the means over all items since the last such event
   */
  default void onLog(TrainingEvent event) {}

  /**
   * Held-out data was measured.
   *
   * @param event with metrics whose names begin with {@code eval_}
   */
  default void onEvaluation(TrainingEvent event) {}

  /**
   * A checkpoint was written.
   *
   * @param event with no metrics
   */
  default void onCheckpoint(TrainingEvent event) {}

  /**
   * The run is over; also called if an exception has ended it. Listeners close their files here.
   *
   * @param run that is over
   * @param result its steps and last metrics
   */
  default void onEnd(TrainingRun run, TrainingResult result) {}

  /**
   * {@return name under which {@link #state} is saved; listeners of one run that have state need
   * different ones}
   */
  default String name() {
    return getClass().getSimpleName();
  }

  /** {@return what a resumed run has to know, for checkpoints; empty by default} */
  default Map<String, Double> state() {
    return Map.of();
  }

  /**
   * Goes on from a checkpoint's {@link #state}; called before {@link #onStart}.
   *
   * @param state as it was saved; empty if the listener was not there
   */
  default void restore(Map<String, Double> state) {}
}
