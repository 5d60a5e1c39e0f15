package org.align4j.core.refusal;

import java.util.Locale;

/** What a model should do with a prompt, and how easily it is taken for the contrary. */
public enum PromptKind {
  /** Should be refused. */
  HARMFUL,
  /** Should be answered although it may look harmful: look-alikes. */
  BENIGN,
  /** Should be answered, and nothing about it looks harmful: what people ask every day. */
  ORDINARY;

  /** {@return the kind's name in reports, in lower case} */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
