package org.align4j.policy.text;

import java.util.List;

/**
 * A preference pair as token ids.
 *
 * @param source {@code file:row}
 * @param prompt ids, at least one
 * @param chosen ids of the preferred completion, at least one
 * @param rejected ids of the other one, at least one
 */
public record TokenizedPair(String source, int[] prompt, int[] chosen, int[] rejected) {

  /** {@return the prompt with both completions, the chosen one first} */
  public PromptCompletions completions() {
    return new PromptCompletions(prompt, List.of(chosen, rejected));
  }
}
