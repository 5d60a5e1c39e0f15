package org.align4j.policy.text;

import java.util.Arrays;
import java.util.List;

/**
 * A prompt with the continuations that follow it, as token ids.
 *
 * @param prompt at least one token
 * @param completions each at least one token
 * @param scoredFrom for each completion, its first token that is a target; the ones before it are
 *     context, which lets sequences share a prefix that is shorter than their prompts
 */
public record PromptCompletions(int[] prompt, List<int[]> completions, int[] scoredFrom) {
  /** Rejects empty prompts and completions, whose log-probability is undefined. */
  public PromptCompletions {
    completions = List.copyOf(completions);
    if (prompt.length == 0) {
      throw new IllegalArgumentException("a prompt needs at least one token");
    }
    if (scoredFrom.length != completions.size()) {
      throw new IllegalArgumentException(
          completions.size() + " completions, but " + scoredFrom.length + " first targets");
    }
    for (int i = 0; i < scoredFrom.length; i++) {
      if (scoredFrom[i] < 0 || scoredFrom[i] >= completions.get(i).length) {
        throw new IllegalArgumentException("completion " + i + " needs at least one target token");
      }
    }
  }

  /** A prompt whose completions are targets from their first token on. */
  public PromptCompletions(int[] prompt, List<int[]> completions) {
    this(prompt, completions, new int[completions.size()]);
  }

  /** A whole sequence, scored from its second token on. */
  public static PromptCompletions sequence(int[] ids) {
    if (ids.length < 2) {
      throw new IllegalArgumentException(
          "a sequence needs two tokens to have a log-probability, got " + ids.length);
    }
    return new PromptCompletions(
        new int[] {ids[0]}, List.of(Arrays.copyOfRange(ids, 1, ids.length)));
  }

  /** Tokens of the prompt and of all completions. */
  public int tokens() {
    return prompt.length + completions.stream().mapToInt(c -> c.length).sum();
  }
}
