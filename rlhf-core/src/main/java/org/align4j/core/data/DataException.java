package org.align4j.core.data;

import org.align4j.core.Align4jException;

/** Input data that cannot be used; the message names file, row, field and the way out. */
public final class DataException extends Align4jException {
  private static final long serialVersionUID = 1L;

  /**
   * A complete, readable message.
   *
   * @param message file, row, field, what is wrong and the way out
   */
  public DataException(String message) {
    super(message);
  }

  /**
   * The same with the parser's own complaint.
   *
   * @param message file, row, field, what is wrong and the way out
   * @param cause the parser's complaint
   */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
