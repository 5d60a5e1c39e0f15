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
   * The same from the input of a layer. The layers below do not run.
   *
   * @param batch sequences that the layers run over
   * @param input residual stream that the first of them reads, as in a {@link Reading}
   * @param first layer, from 0
   * @param count of layers that follow each other, &ge; 1
   * @return [rows of the batch, hidden]
   * @throws IllegalArgumentException if there are no such layers
   */
  public Tensor after(TokenBatch batch, Tensor input, int first, int count) {
    requireLayers(first, count);
    return stack.evaluate(
        input, first, passes.over(batch, adapter), first + count, (layer, read) -> {});
  }

  /**
   * What some layers of a pass have read.
   *
   * @param input residual stream that the first of them has read, [rows of the batch, hidden]
   * @param feedForward normalised input of the feed-forward block of each, [rows of the batch,
   *     hidden]
   */
  public record Reading(Tensor input, List<Tensor> feedForward) {}

  /**
   * What layers read. The caller closes the tensors.
   *
   * @param batch sequences that the layers run over
   * @param first layer, from 0
   * @param count of layers that follow each other, &ge; 1
   * @return what each has read
   * @throws IllegalArgumentException if there are no such layers
   */
  public Reading reading(TokenBatch batch, int first, int count) {
    requireLayers(first, count);
    Recorder recorder = new Recorder(first, true);
    stack.evaluate(batch.ids(), passes.over(batch, adapter), first + count, recorder);
    return new Reading(recorder.input, recorder.feedForward);
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
    requireLayers(first, count);
    Recorder recorder = new Recorder(first, false);
    stack.evaluate(batch.ids(), passes.over(batch, adapter), first + count, recorder);
    return recorder.feedForward;
  }

  /**
   * The same from the input of the first layer. The layers below do not run.
   *
   * @param batch sequences that the layers run over
   * @param input residual stream that the first layer reads, as in a {@link Reading}
   * @param first layer, from 0
   * @param count of layers that follow each other, &ge; 1
   * @return [rows of the batch, hidden] of each layer; the caller closes them
   * @throws IllegalArgumentException if there are no such layers
   */
  public List<Tensor> feedForwardInputs(TokenBatch batch, Tensor input, int first, int count) {
    requireLayers(first, count);
    Recorder recorder = new Recorder(first, false);
    stack.evaluate(input, first, passes.over(batch, adapter), first + count, recorder);
    return recorder.feedForward;
  }

  private void requireLayers(int first, int count) {
    if (first < 0 || count < 1 || first + count > stack.layers().size()) {
      throw new IllegalArgumentException(
          "there are %d layers, not %d of them from layer %d on"
              .formatted(stack.layers().size(), count, first));
    }
  }

  /** Copies what layers read, from one on. */
  private final class Recorder implements LayerStack.LayerListener {
    private final List<Tensor> feedForward = new ArrayList<>();
    private final int first;
    private final boolean keepInput;
    private Tensor input;

    Recorder(int first, boolean keepInput) {
      this.first = first;
      this.keepInput = keepInput;
    }

    @Override
    public void ran(int layer, Tensor read) {
      if (layer == first && keepInput) {
        input = read.copy();
      }
      if (layer >= first) {
        feedForward.add(stack.lastFeedForwardInput(read.rows()).copy());
      }
    }
  }
}
