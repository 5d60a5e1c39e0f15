package org.align4j.core.run;

import org.align4j.core.Align4jException;

/**
 * A file that a run writes, such as its log, cannot be read or written; the message names the file
 * and the reason.
 */
public final class RunFileException extends Align4jException {
  private static final long serialVersionUID = 1L;

  /**
   * A complete, readable message with its cause.
   *
   * @param message file, what cannot be done and why
   * @param cause what the system says
   */
  public RunFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
