package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.text.TokenBatch;

/**
 * What a backward pass reads of the layers. A training pass writes it, or else the decoding passes
 * that have sampled the batch do, row by row: with the weights unchanged both compute the same.
 */
final class Activations {
  private final Backend backend;

  /** Input of each layer and, last, the output of the last one. */
  private final List<GrowingTensor> residuals = new ArrayList<>();

  private final List<DecoderLayer.Saved> layers = new ArrayList<>();

  /** Of passes that nothing is propagated back through. */
  private final DecoderLayer.Saved temporary;

  private final List<GrowingTensor> temporaryResiduals = new ArrayList<>();

  /** Rows that decoding passes have written. */
  private final BitSet present = new BitSet();

  /** The batch that they have written whole, or null. */
  private TokenBatch sampled;

  /** Of the weights that they had. */
  private double fingerprint;

  Activations(Backend backend, ModelConfig config) {
    this.backend = backend;
    temporary = new DecoderLayer.Saved(config);
    for (int i = 0; i < config.layers(); i++) {
      layers.add(new DecoderLayer.Saved(config));
    }
    for (int i = 0; i <= config.layers(); i++) {
      residuals.add(new GrowingTensor(config.hidden()));
    }
    for (int i = 0; i < 2; i++) {
      temporaryResiduals.add(new GrowingTensor(config.hidden()));
    }
  }

  /** A layer's activations for the backward pass. */
  DecoderLayer.Saved layer(int index) {
    return layers.get(index);
  }

  /** Activations that are not kept; overwritten by the next layer. */
  DecoderLayer.Saved temporary() {
    return temporary;
  }

  /** A layer's input; after the last layer its output. */
  Tensor residual(int index, int rows) {
    return residuals.get(index).rows(rows);
  }

  /** The same where it is not kept. */
  Tensor temporaryResidual(int index, int rows) {
    return temporaryResiduals.get(index % 2).rows(rows);
  }

  /** Forgets what decoding passes have written: a training pass overwrites or uses it. */
  void invalidate() {
    sampled = null;
    present.clear();
  }

  /**
   * Reserves room for a batch that is about to be sampled.
   *
   * @param rows of it if every completion becomes as long as it may
   */
  void reserve(int rows, int firstLayer, double weights) {
    invalidate();
    fingerprint = weights;
    kept(firstLayer).forEach(tensor -> tensor.rows(rows));
  }

  /** Marks rows as written and returns them, with -1 for those that were there before. */
  int[] markWritten(int[] rows) {
    int[] out = new int[rows.length];
    for (int r = 0; r < rows.length; r++) {
      out[r] = present.get(rows[r]) ? -1 : rows[r];
      present.set(rows[r]);
    }
    return out;
  }

  /** Copies a layer's input and what {@link #temporary} holds of it to the rows that are kept. */
  void keep(int layer, Tensor input, int[] rows) {
    keepResidual(layer, input, rows);
    List<GrowingTensor> from = temporary.tensors();
    List<GrowingTensor> to = layers.get(layer).tensors();
    for (int i = 0; i < from.size(); i++) {
      backend.scatter(from.get(i).rows(rows.length), rows, to.get(i).whole());
    }
  }

  /** Keeps a layer's input, or the last layer's output. */
  void keepResidual(int layer, Tensor values, int[] rows) {
    backend.scatter(values, rows, residuals.get(layer).whole());
  }

  /**
   * Closes the gaps that sequences left which ended early; the rows then belong to the batch.
   *
   * @param batch what has been sampled
   * @param from for each of its rows, where it was written; increasing
   */
  void compact(TokenBatch batch, int[] from, int firstLayer) {
    if (Arrays.stream(from).allMatch(present::get)) {
      kept(firstLayer).parallelStream().forEach(tensor -> tensor.moveUp(from));
      sampled = batch;
    }
  }

  private List<GrowingTensor> kept(int firstLayer) {
    List<GrowingTensor> out = new ArrayList<>(residuals.subList(firstLayer, residuals.size()));
    IntStream.range(firstLayer, layers.size()).forEach(i -> out.addAll(layers.get(i).tensors()));
    return out;
  }

  /** Whether the rows are this batch's activations, computed with the same weights. */
  boolean match(TokenBatch batch, DoubleSupplier weights) {
    return sampled != null
        && fingerprint == weights.getAsDouble()
        && Arrays.equals(sampled.ids(), batch.ids())
        && Arrays.equals(sampled.positions(), batch.positions())
        && Arrays.equals(sampled.headRows(), batch.headRows())
        && Arrays.equals(sampled.targets(), batch.targets())
        && sampled.spans().equals(batch.spans());
  }
}
