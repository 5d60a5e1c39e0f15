package org.align4j.core.data;

/**
 * One turn of a dialogue.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content its text
 */
public record Message(String role, String content) {

  /** A user's turn. */
  public static Message user(String content) {
    return new Message("user", content);
  }

  /** An assistant's turn. */
  public static Message assistant(String content) {
    return new Message("assistant", content);
  }
}
