package org.align4j.core;

/**
 * A setting, environment variable or system property that has no such value, or no effect beside
 * the others; the message names it, its value and what was expected.
 */
public final class ConfigurationException extends Align4jException {
  private static final long serialVersionUID = 1L;

  /**
   * A complete, readable message.
   *
   * @param message the setting, its value and what was expected
   */
  public ConfigurationException(String message) {
    super(message);
  }

  /**
   * The same with its cause.
   *
   * @param message the setting, its value and what was expected
   * @param cause what it follows from
   */
  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Checks a setting.
   *
   * @param holds whether it is as it must be
   * @param message the message if it does not
   */
  public static void require(boolean holds, String message) {
    if (!holds) {
      throw new ConfigurationException(message);
    }
  }
}
