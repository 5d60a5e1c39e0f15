package org.align4j.policy.train;

import org.align4j.core.Align4jException;

/**
 * A checkpoint that is missing, broken or of another run, or that cannot be written; the message
 * names the file and what was expected.
 */
public final class CheckpointException extends Align4jException {
  private static final long serialVersionUID = 1L;

  CheckpointException(String message) {
    super(message);
  }

  CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
