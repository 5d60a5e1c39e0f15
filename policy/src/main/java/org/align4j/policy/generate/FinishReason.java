package org.align4j.policy.generate;

import java.util.Locale;

/** Why a completion ended. */
public enum FinishReason {
  /** The model drew a stop token. */
  STOP,
  /** It reached the most tokens that it may have. */
  LENGTH;

  /** {@return the name in files: {@code stop} or {@code length}} */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
