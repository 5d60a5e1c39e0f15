package org.align4j.policy.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/** Batches of completions; neighbours with one prompt share its rows. */
public final class RolloutBatches {
  private RolloutBatches() {}

  /** One batch in the list's order. */
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

  /** Per-token values, {@code [completion][token]}. */
  public static List<double[]> slices(TokenBatch batch, double[] perToken) {
    List<double[]> out = new ArrayList<>(batch.completions());
    for (int i = 0; i < batch.completions(); i++) {
      out.add(batch.slice(perToken, i));
    }
    return out;
  }

  /** The rows of a list as one array in the batch's order. */
  static double[] flat(TokenBatch batch, List<double[]> rows) {
    double[] out = new double[batch.targets().length];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, out, batch.offsets()[i], rows.get(i).length);
    }
    return out;
  }
}
