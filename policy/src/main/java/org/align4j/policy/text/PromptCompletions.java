package org.align4j.policy.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A prompt with the continuations that follow it, as token ids.
 *
 * @param prompt at least one token
 * @param completions each at least one token
 */
public record PromptCompletions(int[] prompt, List<int[]> completions) {

  /**
   * Rejects empty prompts and completions, whose log-probability is undefined.
   *
   * @param prompt at least one token
   * @param completions each at least one token
   */
  public PromptCompletions {
    completions = List.copyOf(completions);
    if (prompt.length == 0) {
      throw new IllegalArgumentException("a prompt needs at least one token");
    }
    for (int i = 0; i < completions.size(); i++) {
      if (completions.get(i).length == 0) {
        throw new IllegalArgumentException("completion " + i + " needs at least one target token");
      }
    }
  }

  /**
   * {@return a whole sequence, scored from its second token on}
   *
   * @param ids at least two
   */
  public static PromptCompletions sequence(int[] ids) {
    if (ids.length < 2) {
      throw new IllegalArgumentException(
          "a sequence needs two tokens to have a log-probability, got " + ids.length);
    }
    return new PromptCompletions(
        new int[] {ids[0]}, List.of(Arrays.copyOfRange(ids, 1, ids.length)));
  }

  /**
   * {@return prompts with one completion each}
   *
   * @param prompts token ids
   * @param completions token ids, one a prompt
   */
  public static List<PromptCompletions> ofPairs(List<int[]> prompts, List<int[]> completions) {
    List<PromptCompletions> out = new ArrayList<>(prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      out.add(new PromptCompletions(prompts.get(i), List.of(completions.get(i))));
    }
    return out;
  }
}
