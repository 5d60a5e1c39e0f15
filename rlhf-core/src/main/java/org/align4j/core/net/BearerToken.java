package org.align4j.core.net;

import java.net.http.HttpRequest;
import org.align4j.core.ConfigurationException;

/**
 * An access token that a request carries in its {@code Authorization} header (RFC 6750). Its value
 * stands in no message, no log and not in {@link #toString}.
 */
public final class BearerToken {
  /** Requests carry no token. */
  public static final BearerToken NONE = new BearerToken("");

  /** Servers refuse headers of more than some 8 KiB. */
  private static final int MAX_LENGTH = 8000;

  private static final char FIRST_VISIBLE = '!';
  private static final char LAST_VISIBLE = '~';

  private final String value;

  private BearerToken(String value) {
    this.value = value;
  }

  /**
   * Checks a token. Blanks and line breaks around it, as {@code export KEY="$(cat file)"} or an
   * editor leave them, do not belong to it.
   *
   * @param source what holds it, such as {@code environment variable HF_TOKEN}; stands in messages
   * @param value a blank one gives {@link #NONE}
   * @return the token
   * @throws ConfigurationException if a header cannot carry it; the message names the source and
   *     what is wrong, never the value
   */
  public static BearerToken of(String source, String value) {
    String token = value.strip();
    if (token.length() > MAX_LENGTH) {
      throw bad(source, "has " + token.length() + " characters, more than " + MAX_LENGTH);
    }
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c < FIRST_VISIBLE || c > LAST_VISIBLE) {
        throw bad(source, "has " + kind(c) + " as character " + (i + 1) + " of " + token.length());
      }
    }
    return token.isEmpty() ? NONE : new BearerToken(token);
  }

  private static String kind(char c) {
    if (c == '\n' || c == '\r') {
      return "a line break";
    }
    if (c == ' ' || c == '\t') {
      return "a blank";
    }
    return c < FIRST_VISIBLE || c == LAST_VISIBLE + 1
        ? "a control character"
        : "a character outside ASCII";
  }

  private static ConfigurationException bad(String source, String what) {
    return new ConfigurationException(
        source + ": the access token " + what + "; expected one word of visible ASCII characters");
  }

  /** {@return whether there is none} */
  public boolean isNone() {
    return value.isEmpty();
  }

  /**
   * Adds the header to a request, if there is a token.
   *
   * @param request gets the header {@code Authorization: Bearer ...}
   */
  public void authorize(HttpRequest.Builder request) {
    if (!isNone()) {
      request.header("Authorization", "Bearer " + value);
    }
  }

  /** Says whether there is one, not which. */
  @Override
  public String toString() {
    return isNone() ? "no access token" : "an access token";
  }
}
