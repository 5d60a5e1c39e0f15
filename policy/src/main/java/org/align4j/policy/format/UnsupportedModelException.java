package org.align4j.policy.format;

/**
 * A model file that is sound, but says something that align4j does not compute, such as another
 * architecture; the message names the field, its value and what is supported.
 */
public final class UnsupportedModelException extends ModelFileException {
  private static final long serialVersionUID = 1L;

  /**
   * A complete, readable message.
   *
   * @param message what is not supported and what is
   */
  public UnsupportedModelException(String message) {
    super(message);
  }

  /**
   * The same with its cause.
   *
   * @param message what is not supported and what is
   * @param cause what it follows from
   */
  public UnsupportedModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
