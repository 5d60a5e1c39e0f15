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
  private final DecoderLayer.Saved passing;

  private final List<GrowingTensor> handedOn = new ArrayList<>();

  /** Rows that decoding passes have written. */
  private final BitSet present = new BitSet();

  /** The batch that they have written whole, or null. */
  private TokenBatch sampled;

  /** Of the weights that they had. */
  private double fingerprint;

  Activations(Backend backend, ModelConfig config) {
    this.backend = backend;
    passing = new DecoderLayer.Saved(config);
    for (int i = 0; i < config.layers(); i++) {
      layers.add(new DecoderLayer.Saved(config));
    }
    for (int i = 0; i <= config.layers(); i++) {
      residuals.add(new GrowingTensor(config.hidden()));
    }
    for (int i = 0; i < 2; i++) {
      handedOn.add(new GrowingTensor(config.hidden()));
    }
  }

  /** A layer's activations for the backward pass. */
  DecoderLayer.Saved layer(int index) {
    return layers.get(index);
  }

  /** Activations that are not kept; overwritten by the next layer. */
  DecoderLayer.Saved passing() {
    return passing;
  }

  /** A layer's input; after the last layer its output. */
  Tensor residual(int index, int rows) {
    return residuals.get(index).rows(rows);
  }

  /** The same where it is not kept. */
  Tensor handedOn(int index, int rows) {
    return handedOn.get(index % 2).rows(rows);
  }

  /** Says that a training pass has been here, or has used what there was. */
  void overwritten() {
    sampled = null;
    present.clear();
  }

  /**
   * Makes room for a batch that is about to be sampled.
   *
   * @param rows of it if every completion becomes as long as it may
   */
  void expect(int rows, int firstLayer, double weights) {
    overwritten();
    fingerprint = weights;
    kept(firstLayer).forEach(tensor -> tensor.rows(rows));
  }

  /** Marks rows as written and returns them, with -1 for those that were there before. */
  int[] claim(int[] rows) {
    int[] out = new int[rows.length];
    for (int r = 0; r < rows.length; r++) {
      out[r] = present.get(rows[r]) ? -1 : rows[r];
      present.set(rows[r]);
    }
    return out;
  }

  /** Keeps a layer's input and what {@link #passing} has of it. */
  void keep(int layer, Tensor input, int[] rows) {
    keepResidual(layer, input, rows);
    List<GrowingTensor> from = passing.tensors();
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
   * Moves the rows of sequences that have ended early together.
   *
   * @param batch what has been sampled
   * @param from for each of its rows, where it was written; increasing
   */
  void settle(TokenBatch batch, int[] from, int firstLayer) {
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

  /** Whether this batch's activations are here, computed with the same weights. */
  boolean hold(TokenBatch batch, DoubleSupplier weights) {
    return sampled != null
        && fingerprint == weights.getAsDouble()
        && Arrays.equals(sampled.ids(), batch.ids())
        && Arrays.equals(sampled.positions(), batch.positions())
        && Arrays.equals(sampled.headRows(), batch.headRows())
        && Arrays.equals(sampled.targets(), batch.targets())
        && sampled.spans().equals(batch.spans());
  }
}
