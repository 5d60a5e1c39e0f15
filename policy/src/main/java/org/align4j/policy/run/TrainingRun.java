package org.align4j.policy.run;

import java.nio.file.Path;
import org.align4j.policy.model.Trainable;

/** The run that a {@link TrainingListener} listens to. */
public interface TrainingRun {
  /** {@return name of the trainer, such as {@code dpo}; also the phase in logs} */
  String phase();

  /** {@return folder of checkpoints and logs} */
  Path output();

  /**
   * Steps, or rounds of online training, that the run is going to take.
   *
   * @return the number; an estimate where the run's end is a time
   */
  long totalSteps();

  /** {@return whether the run goes on from a checkpoint} */
  boolean resumed();

  /** {@return what is trained} */
  Trainable model();

  /** Ends the run after the current step as if all steps had been taken. */
  void stop();
}
