package org.align4j.core.data;

/**
 * One turn of a dialogue.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content its text
 */
public record Message(String role, String content) {

  /**
   * {@return a user's turn}
   *
   * @param content what the user says
   */
  public static Message user(String content) {
    return new Message("user", content);
  }

  /**
   * {@return an assistant's turn}
   *
   * @param content what the assistant says
   */
  public static Message assistant(String content) {
    return new Message("assistant", content);
  }
}
