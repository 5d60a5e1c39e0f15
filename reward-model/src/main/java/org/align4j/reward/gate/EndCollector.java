package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.text.TokenBatch;

/** Collects states where prompts end, and at other places, batch by batch. */
final class EndCollector {
  /** A prompt gives a state of another place for every so many tokens, too. */
  private static final int ELSEWHERE_EVERY = 24;

  /** One of these last tokens before the end is among them: they are most like the end. */
  private static final int NEAR = 5;

  private static final int SPREAD = 7919;

  private final PromptBatches prompts;
  private final double[][][] last;
  private final List<List<double[]>> elsewhere;

  /**
   * Starts without states.
   *
   * @param layers whose states come with every batch
   */
  EndCollector(PromptBatches prompts, int layers) {
    this.prompts = prompts;
    last = new double[layers][prompts.prompts().size()][];
    elsewhere =
        Stream.generate(() -> (List<double[]>) new ArrayList<double[]>()).limit(layers).toList();
  }

  /**
   * Takes what it needs of a batch and closes the tensors.
   *
   * @param messages the places of the batch's sequences among all
   * @param inputs of each layer, [rows of the batch, hidden]
   */
  void add(TokenBatch batch, List<Integer> messages, List<Tensor> inputs) {
    for (int layer = 0; layer < last.length; layer++) {
      try (Tensor states = inputs.get(layer)) {
        for (int i = 0; i < messages.size(); i++) {
          int end = prompts.length(messages.get(i)) - 1;
          last[layer][messages.get(i)] = states.doubleRow(batch.row(i, end));
          for (int place : elsewhere(messages.get(i), end)) {
            elsewhere.get(layer).add(states.doubleRow(batch.row(i, place)));
          }
        }
      }
    }
  }

  /** Of each layer. */
  List<EndStates> states() {
    return IntStream.range(0, last.length)
        .mapToObj(i -> new EndStates(last[i], elsewhere.get(i).toArray(double[][]::new)))
        .toList();
  }

  /** Places before the end of a prompt: one near it, the others anywhere. */
  private static int[] elsewhere(int message, int end) {
    if (end == 0) {
      return new int[0];
    }
    int near = Math.max(0, end - 1 - message % NEAR);
    IntStream anywhere =
        IntStream.rangeClosed(1, end / ELSEWHERE_EVERY)
            .map(i -> (int) ((message + 1L) * i * SPREAD % end));
    return IntStream.concat(IntStream.of(near), anywhere).toArray();
  }
}
