package org.align4j.policy.format;

/**
 * A model file that cannot be used; the message names the file, what is wrong and what was
 * expected.
 */
public final class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A complete, readable message. */
  public ModelFileException(String message) {
    super(message);
  }

  /** The same with its cause. */
  public ModelFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
