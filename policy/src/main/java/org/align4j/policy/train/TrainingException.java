package org.align4j.policy.train;

import org.align4j.core.Align4jException;

/** Training that cannot go on, for a reason that only showed while it ran. */
public class TrainingException extends Align4jException {
  private static final long serialVersionUID = 1L;

  /**
   * A complete, readable message.
   *
   * @param message what went wrong and the way out
   */
  public TrainingException(String message) {
    super(message);
  }

  /**
   * The same with its cause.
   *
   * @param message what went wrong and the way out
   * @param cause what it follows from
   */
  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
