package org.align4j.policy.format;

/**
 * A model file that is sound, but says something that align4j does not compute, such as another
 * architecture; the message names the field, its value and what is supported.
 */
public final class UnsupportedModelException extends ModelFileException {
  private static final long serialVersionUID = 1L;

  /** A complete, readable message. */
  public UnsupportedModelException(String message) {
    super(message);
  }

  /** The same with its cause. */
  public UnsupportedModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
