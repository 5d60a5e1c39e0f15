package org.align4j.policy.format;

import org.align4j.core.Align4jException;

/**
 * A model file that is missing or cannot be used; the message names the file, what is wrong and
 * what was expected.
 */
public class ModelFileException extends Align4jException {
  private static final long serialVersionUID = 1L;

  /**
   * A complete, readable message.
   *
   * @param message file, field, what is wrong and the way out
   */
  public ModelFileException(String message) {
    super(message);
  }

  /**
   * The same with its cause.
   *
   * @param message file, field, what is wrong and the way out
   * @param cause what it follows from
   */
  public ModelFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
