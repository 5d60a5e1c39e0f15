package org.align4j.policy.synth;

import java.util.Locale;

/** Why a sampled text is not kept, in the order in which the filters look. */
public enum Rejection {
  /** No end of turn within the token limit, or another turn opened before it. */
  UNFINISHED,
  /** Too few or too many words. */
  LENGTH,
  /** Not in the language that is wanted. */
  LANGUAGE,
  /** The same words or characters over and over. */
  DEGENERATE,
  /** The words of an earlier text, in the same order. */
  DUPLICATE,
  /** Mostly the words of an earlier text. */
  NEAR_DUPLICATE,
  /** Harmful, as the screen says. */
  HARM;

  /** {@return the name in reports, such as {@code near_duplicate}} */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
