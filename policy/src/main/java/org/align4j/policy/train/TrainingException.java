package org.align4j.policy.train;

import org.align4j.core.Align4jException;

/** Training that cannot go on, for a reason that only showed while it ran. */
public class TrainingException extends Align4jException {
  private static final long serialVersionUID = 1L;

  /** A complete, readable message. */
  public TrainingException(String message) {
    super(message);
  }

  /** The same with its cause. */
  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
