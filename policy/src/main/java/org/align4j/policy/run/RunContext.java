package org.align4j.policy.run;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run is connected to.
 *
 * @param output folder for checkpoints, dumps and logs
 * @param listeners in the order in which they are told
 * @param cancellation ends the run early
 */
public record RunContext(
    Path output, List<TrainingListener> listeners, CancellationToken cancellation) {

  /**
   * Copies the list.
   *
   * @param output folder for checkpoints, dumps and logs
   * @param listeners in the order in which they are told
   * @param cancellation ends the run early
   */
  public RunContext {
    listeners = List.copyOf(listeners);
  }

  /**
   * {@return a run that nobody cancels}
   *
   * @param output folder of checkpoints and dumps
   * @param listeners are told in this order
   */
  public static RunContext of(Path output, TrainingListener... listeners) {
    return new RunContext(output, List.of(listeners), new CancellationToken());
  }

  /**
   * {@return the same run with another token}
   *
   * @param token ends the run early
   */
  public RunContext cancelledBy(CancellationToken token) {
    return new RunContext(output, listeners, token);
  }
}
