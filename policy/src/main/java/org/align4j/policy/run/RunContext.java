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

  /** Copies the list. */
  public RunContext {
    listeners = List.copyOf(listeners);
  }

  /** A run that nobody cancels. */
  public static RunContext of(Path output, TrainingListener... listeners) {
    return new RunContext(output, List.of(listeners), new CancellationToken());
  }

  /** The same run with another token. */
  public RunContext cancelledBy(CancellationToken token) {
    return new RunContext(output, listeners, token);
  }
}
