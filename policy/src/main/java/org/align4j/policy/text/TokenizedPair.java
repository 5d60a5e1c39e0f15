package org.align4j.policy.text;

import java.util.List;

/**
 * A preference pair as token ids.
 *
 * @param source {@code file:row}
 */
public record TokenizedPair(String source, int[] prompt, int[] chosen, int[] rejected) {

  /** {@return the prompt with both completions, the chosen one first} */
  public PromptCompletions completions() {
    return new PromptCompletions(prompt, List.of(chosen, rejected));
  }
}
