package org.align4j.core.data;

/** Input data that cannot be used; the message names file, row, field and the way out. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A complete, readable message. */
  public DataException(String message) {
    super(message);
  }

  /** The same with the parser's own complaint. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
