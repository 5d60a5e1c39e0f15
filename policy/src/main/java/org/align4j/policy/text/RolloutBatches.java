package org.align4j.policy.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Batches of completions; neighbours with one prompt share its rows. */
public final class RolloutBatches {
  private RolloutBatches() {}

  /**
   * {@return one batch in the list's order}
   *
   * @param <R> a rollout
   * @param rollouts in the batch's order; neighbours with one prompt array share its rows
   * @param prompt token ids of a rollout's prompt
   * @param completion token ids of a rollout's completion
   */
  public static <R> TokenBatch of(
      List<R> rollouts, Function<R, int[]> prompt, Function<R, int[]> completion) {
    List<PromptCompletions> groups = new ArrayList<>();
    List<int[]> prompts = rollouts.stream().map(prompt).toList();
    int from = 0;
    while (from < rollouts.size()) {
      int[] shared = prompts.get(from);
      int to = from;
      List<int[]> completions = new ArrayList<>();
      while (to < rollouts.size() && Arrays.equals(prompts.get(to), shared)) {
        completions.add(completion.apply(rollouts.get(to)));
        to++;
      }
      groups.add(new PromptCompletions(shared, completions));
      from = to;
    }
    return TokenBatch.of(groups);
  }
}
