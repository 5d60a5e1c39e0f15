package org.align4j.policy.train;

import java.util.List;
import org.align4j.policy.text.PromptCompletions;

/**
 * A demonstration as token ids.
 *
 * @param source {@code file:row}
 */
public record TokenizedDemonstration(String source, int[] prompt, int[] completion) {

  PromptCompletions completions() {
    return new PromptCompletions(prompt, List.of(completion));
  }
}
