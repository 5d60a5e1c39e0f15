package org.align4j.policy.text;

import java.util.List;

/**
 * A prompt with the completions that follow it, as token ids.
 *
 * @param prompt at least one token
 * @param completions each at least one token
 */
public record PromptCompletions(int[] prompt, List<int[]> completions) {
  /** Rejects empty prompts and completions, whose log-probability is undefined. */
  public PromptCompletions {
    completions = List.copyOf(completions);
    if (prompt.length == 0) {
      throw new IllegalArgumentException("a prompt needs at least one token");
    }
    for (int[] completion : completions) {
      if (completion.length == 0) {
        throw new IllegalArgumentException("a completion needs at least one token");
      }
    }
  }

  /** A whole sequence, scored from its second token on. */
  public static PromptCompletions sequence(int[] ids) {
    if (ids.length < 2) {
      throw new IllegalArgumentException(
          "a sequence needs two tokens to have a log-probability, got " + ids.length);
    }
    return new PromptCompletions(
        new int[] {ids[0]}, List.of(java.util.Arrays.copyOfRange(ids, 1, ids.length)));
  }

  /** Tokens of the prompt and of all completions. */
  public int tokens() {
    return prompt.length + completions.stream().mapToInt(c -> c.length).sum();
  }
}
