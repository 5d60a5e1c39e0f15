package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * Shows what flows between a decoder's layers. The layers above do not run, and nothing is
 * propagated back. What it returns is valid until the model's next pass.
 */
public final class LayerStates {
  private final LayerStack stack;
  private final Passes passes;
  private final AdapterUse adapter;

  LayerStates(LayerStack stack, Passes passes, AdapterUse adapter) {
    this.stack = stack;
    this.passes = passes;
    this.adapter = adapter;
  }

  static IllegalArgumentException inTraining() {
    return new IllegalArgumentException(
        "states of layers are read in " + Mode.EVALUATE + " or " + Mode.REFERENCE);
  }

  /**
   * The residual stream after the first layers, at every row of a batch: what the next layer reads,
   * without the final norm.
   *
   * @param batch sequences that the layers run over
   * @param count layers that run, from 1 to all
   * @return [rows of the batch, hidden]
   * @throws IllegalArgumentException if there are not so many layers
   */
  public Tensor after(TokenBatch batch, int count) {
    int all = stack.layers().size();
    if (count < 1 || count > all) {
      throw new IllegalArgumentException(
          "states are read after 1 to %d layers; got %d".formatted(all, count));
    }
    return stack.evaluate(batch.ids(), passes.over(batch, adapter), count);
  }

  /**
   * The normalised states that feed-forward blocks of layers read.
   *
   * @param batch sequences that the layers run over
   * @param first layer, from 0
   * @param count of layers that follow each other, &ge; 1
   * @return [rows of the batch, hidden] of each layer; the caller closes them
   * @throws IllegalArgumentException if there are no such layers
   */
  public List<Tensor> feedForwardInputs(TokenBatch batch, int first, int count) {
    int end = first + count;
    if (first < 0 || count < 1 || end > stack.layers().size()) {
      throw new IllegalArgumentException(
          "there are %d layers, not %d of them from layer %d on"
              .formatted(stack.layers().size(), count, first));
    }
    List<Tensor> out = new ArrayList<>();
    stack.evaluate(
        batch.ids(),
        passes.over(batch, adapter),
        end,
        layer -> {
          if (layer >= first) {
            out.add(stack.lastFeedForwardInput(batch.ids().length).copy());
          }
        });
    return out;
  }
}
