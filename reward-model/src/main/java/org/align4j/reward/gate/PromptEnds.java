package org.align4j.reward.gate;

import java.util.List;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.LayerStates;

/** Reads what a feed-forward block sees where a prompt ends, and at other places. */
final class PromptEnds {
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
    PromptBatches prompts = PromptBatches.of(model, messages);
    EndCollector collector = new EndCollector(prompts, count);
    LayerStates layers = model.transformer().layerStates(mode);
    prompts.forEach(
        progress,
        task,
        (batch, part) -> collector.add(batch, part, layers.feedForwardInputs(batch, first, count)));
    return collector.states();
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
