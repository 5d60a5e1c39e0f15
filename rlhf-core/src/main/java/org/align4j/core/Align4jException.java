package org.align4j.core;

/**
 * The root of everything that align4j throws at a user: files, data, settings and runs that are not
 * as they must be. Subclasses differ by what a caller would do about it. The message is complete:
 * it names the file, row, field or setting, what is wrong and the way out. Errors of the calling
 * program, such as arrays of different lengths, are {@link IllegalArgumentException} and {@link
 * IllegalStateException}.
 */
public abstract class Align4jException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A complete, readable message.
   *
   * @param message what is wrong and the way out
   */
  protected Align4jException(String message) {
    super(message);
  }

  /**
   * The same with its cause.
   *
   * @param message what is wrong and the way out
   * @param cause what it follows from
   */
  protected Align4jException(String message, Throwable cause) {
    super(message, cause);
  }
}
