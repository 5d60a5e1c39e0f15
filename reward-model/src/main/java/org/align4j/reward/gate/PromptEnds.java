package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;

/** Reads what a feed-forward block sees where a prompt ends, and at other places. */
final class PromptEnds {
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
    PromptBatches prompts = PromptBatches.of(model, messages);
    prompts.forEach(
        progress,
        task,
        (batch, part) -> {
          List<Tensor> inputs =
              model.transformer().layerStates(mode).feedForwardInputs(batch, first, count);
          for (int layer = 0; layer < count; layer++) {
            try (Tensor states = inputs.get(layer)) {
              for (int i = 0; i < part.size(); i++) {
                int end = prompts.length(part.get(i)) - 1;
                last[layer][part.get(i)] = states.doubleRow(batch.row(i, end));
                for (int place : elsewhere(part.get(i), end)) {
                  elsewhere.get(layer).add(states.doubleRow(batch.row(i, place)));
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
    PromptBatches prompts = PromptBatches.of(model, messages);
    double[] sum = new double[1];
    prompts.forEach(
        Progress.SILENT,
        "residual stream",
        (batch, part) -> {
          Tensor states = model.transformer().layerStates(mode).after(batch, layers);
          for (int i = 0; i < part.size(); i++) {
            int end = prompts.length(part.get(i)) - 1;
            sum[0] += Vectors.norm(states.doubleRow(batch.row(i, end)));
          }
        });
    return sum[0] / messages.size();
  }
}
