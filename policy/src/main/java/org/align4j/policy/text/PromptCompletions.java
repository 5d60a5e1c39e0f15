package org.align4j.policy.text;

import java.util.ArrayList;
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
  private static final int MIN_SHARED_PREFIX = 8;

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

  /**
   * Prompts with one completion each, grouped so that what all prompts begin with (the system turn
   * of a chat template) goes through the network once. Short common beginnings are not worth a
   * group, which attention's backward pass cannot cut.
   */
  public static List<PromptCompletions> sharingPrefix(
      List<int[]> prompts, List<int[]> completions) {
    int shared = sharedPrefix(prompts);
    List<PromptCompletions> alone = new ArrayList<>(prompts.size());
    List<int[]> continuations = new ArrayList<>(prompts.size());
    int[] scoredFrom = new int[prompts.size()];
    for (int i = 0; i < prompts.size(); i++) {
      int[] prompt = prompts.get(i);
      int[] completion = completions.get(i);
      alone.add(new PromptCompletions(prompt, List.of(completion)));
      int[] rest = Arrays.copyOfRange(prompt, shared, prompt.length + completion.length);
      System.arraycopy(completion, 0, rest, prompt.length - shared, completion.length);
      continuations.add(rest);
      scoredFrom[i] = prompt.length - shared;
    }
    if (shared == 0) {
      return alone;
    }
    int[] prefix = Arrays.copyOf(prompts.get(0), shared);
    return List.of(new PromptCompletions(prefix, continuations, scoredFrom));
  }

  /**
   * How many tokens all prompts begin with, leaving each prompt at least one of its own; 0 where
   * they are too few to be worth sharing.
   */
  public static int sharedPrefix(List<int[]> prompts) {
    if (prompts.size() < 2) {
      return 0;
    }
    int[] first = prompts.get(0);
    int shared = first.length - 1;
    for (int[] prompt : prompts) {
      int mismatch = Arrays.mismatch(first, prompt);
      shared = Math.min(shared, mismatch < 0 ? shared : mismatch);
      shared = Math.min(shared, prompt.length - 1);
    }
    return shared < MIN_SHARED_PREFIX ? 0 : shared;
  }
}
