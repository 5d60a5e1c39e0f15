package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.data.DataException;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.task.MicroBatches;
import org.align4j.policy.text.TokenBatch;

/**
 * User messages, each as a prompt of its own, in batches. Neighbours in length share a batch, so
 * that batches hold as many rows as they may.
 *
 * @param prompts token ids, in the messages' order
 */
record PromptBatches(List<int[]> prompts) {
  private static final int BATCH_TOKENS = 2048;

  /**
   * Makes the prompts.
   *
   * @throws DataException if a prompt is longer than the model's positions
   */
  static PromptBatches of(PolicyModel model, List<String> messages) {
    int limit = model.assets().config().maxPositions();
    List<int[]> prompts = new ArrayList<>(messages.size());
    for (String message : messages) {
      int[] prompt = model.text().userPrompt(message);
      if (prompt.length > limit) {
        throw new DataException(
            "prompt "
                + (prompts.size() + 1)
                + " has "
                + prompt.length
                + " tokens; the model reads at most "
                + limit);
      }
      prompts.add(prompt);
    }
    return new PromptBatches(prompts);
  }

  /** Reads batches. */
  @FunctionalInterface
  interface Reader {
    /**
     * Reads a batch.
     *
     * @param messages the places of its sequences among all messages
     */
    void read(TokenBatch batch, List<Integer> messages);
  }

  /** Gives all batches to a reader. */
  void forEach(Progress.Factory progress, String task, Reader reader) {
    List<Integer> order =
        IntStream.range(0, prompts.size())
            .boxed()
            .sorted(Comparator.comparingInt(this::length))
            .toList();
    try (Progress bar = progress.start(task, prompts.size())) {
      for (List<Integer> part : MicroBatches.cut(order, this::length, BATCH_TOKENS)) {
        reader.read(TokenBatch.ofSequences(part.stream().map(prompts::get).toList()), part);
        bar.step(part.size());
      }
    }
  }

  /** Tokens of some messages' prompts. */
  int[] lengths(List<Integer> messages) {
    return messages.stream().mapToInt(this::length).toArray();
  }

  /** Tokens of a message's prompt. */
  int length(int message) {
    return prompts.get(message).length;
  }
}
