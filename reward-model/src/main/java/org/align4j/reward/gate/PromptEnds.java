package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.task.MicroBatches;
import org.align4j.policy.text.TokenBatch;

/** Reads what a feed-forward block sees where a prompt ends, and at other places. */
final class PromptEnds {
  private static final int BATCH_TOKENS = 2048;

  /** A prompt gives a state of another place for every so many tokens, too. */
  private static final int ELSEWHERE_EVERY = 24;

  /** One of these last tokens before the end is among them: they are most like the end. */
  private static final int NEAR = 5;

  private static final int SPREAD = 7919;

  private final PolicyModel model;

  PromptEnds(PolicyModel model) {
    this.model = model;
  }

  /**
   * States.
   *
   * @param last at the last token, in the messages' order, [messages][hidden]
   * @param elsewhere at other tokens of some prompts
   */
  record States(double[][] last, double[][] elsewhere) {}

  /**
   * Reads the input of feed-forward blocks.
   *
   * @param first layer
   * @param count of layers that follow each other
   * @return the states of each layer
   */
  List<States> feedForwardInputs(
      List<String> messages,
      int first,
      int count,
      Mode mode,
      Progress.Factory progress,
      String task) {
    double[][][] last = new double[count][messages.size()][];
    List<List<double[]>> elsewhere = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      elsewhere.add(new ArrayList<>());
    }
    forBatches(
        messages,
        progress,
        task,
        (batch, indices, lengths) -> {
          List<Tensor> inputs =
              model.transformer().layerStates(mode).feedForwardInputs(batch, first, count);
          for (int layer = 0; layer < count; layer++) {
            try (Tensor states = inputs.get(layer)) {
              for (int i = 0; i < indices.size(); i++) {
                int end = lengths.get(i) - 1;
                last[layer][indices.get(i)] = row(states, batch.row(i, end));
                for (int place : elsewhere(indices.get(i), end)) {
                  elsewhere.get(layer).add(row(states, batch.row(i, place)));
                }
              }
            }
          }
        });
    List<States> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(new States(last[i], elsewhere.get(i).toArray(double[][]::new)));
    }
    return out;
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

  /** The mean norm of the residual stream after some layers, where prompts end. */
  double residualNorm(List<String> messages, int layers, Mode mode) {
    double[] sum = new double[1];
    forBatches(
        messages,
        Progress.SILENT,
        "residual stream",
        (batch, indices, lengths) -> {
          Tensor states = model.transformer().layerStates(mode).after(batch, layers);
          for (int i = 0; i < indices.size(); i++) {
            double[] state = row(states, batch.row(i, lengths.get(i) - 1));
            sum[0] += Math.sqrt(SymmetricSystem.dot(state, state, state.length));
          }
        });
    return sum[0] / messages.size();
  }

  @FunctionalInterface
  private interface BatchReader {
    void read(TokenBatch batch, List<Integer> indices, List<Integer> lengths);
  }

  private void forBatches(
      List<String> messages, Progress.Factory progress, String task, BatchReader reader) {
    List<int[]> prompts = messages.stream().map(model.text()::userPrompt).toList();
    // Neighbours in length share a batch, so that batches hold as many rows as they may.
    List<Integer> order =
        IntStream.range(0, prompts.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> prompts.get(i).length))
            .toList();
    try (Progress bar = progress.start(task, prompts.size())) {
      for (List<Integer> part : MicroBatches.cut(order, i -> prompts.get(i).length, BATCH_TOKENS)) {
        TokenBatch batch = TokenBatch.ofSequences(part.stream().map(prompts::get).toList());
        reader.read(batch, part, part.stream().map(i -> prompts.get(i).length).toList());
        bar.step(part.size());
      }
    }
  }

  private static double[] row(Tensor states, int row) {
    float[] values = new float[states.columns()];
    states.readRow(row, values, 0);
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
