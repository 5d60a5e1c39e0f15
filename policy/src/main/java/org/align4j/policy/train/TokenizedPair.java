package org.align4j.policy.train;

import java.util.List;
import org.align4j.policy.text.PromptCompletions;

/**
 * A preference pair as token ids.
 *
 * @param source {@code file:row}
 */
public record TokenizedPair(String source, int[] prompt, int[] chosen, int[] rejected) {

  PromptCompletions completions() {
    return new PromptCompletions(prompt, List.of(chosen, rejected));
  }
}
