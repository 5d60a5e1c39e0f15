package org.align4j.policy.model;

import java.util.List;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;

/**
 * A model's weights prepared for decoding: packed for products of few rows, with the adapter merged
 * where it takes part and packing keeps every bit. They are a copy; training after they were made
 * does not change them.
 */
public final class DecodingWeights implements AutoCloseable {
  /** How weights are packed. */
  enum Packing {
    /** For passes of a few rows and more. */
    ANY_ROWS,
    /** For passes of one row; a copy of its own on the Java heap. */
    SINGLE_ROWS,
    /** The same when first used, of weights that nobody trains. */
    SINGLE_ROWS_LATER,
    /** In the integers that their file keeps, for passes of any number of rows, best of one. */
    QUANTIZED;

    /** Packs values, of which integers are none. */
    PackedMatrix pack(Backend backend, Tensor weight) {
      return this == ANY_ROWS ? backend.pack(weight) : backend.packForSingleRows(weight);
    }
  }

  private final boolean adapter;
  private final boolean merged;
  private final int maxRows;
  private final List<Layer> layers;
  private final PackedMatrix head;

  /**
   * Prepared weights.
   *
   * @param adapter whether the adapter takes part
   * @param merged whether the packed weights hold it already
   * @param maxRows passes of at most so many rows use them, larger ones run as in training
   */
  DecodingWeights(
      boolean adapter, boolean merged, int maxRows, List<Layer> layers, PackedMatrix head) {
    this.adapter = adapter;
    this.merged = merged;
    this.maxRows = maxRows;
    this.layers = layers;
    this.head = head;
  }

  /** Whether a pass of so many rows computes the adapter apart from the weights. */
  boolean adapterApart(int rows) {
    return adapter && (!merged || rows > maxRows);
  }

  /** A layer's packed weights; none where a pass of so many rows should not use them. */
  Layer layer(int index, int rows) {
    return rows > maxRows ? Layer.NONE : layers.get(index);
  }

  /** The packed head, or null likewise. */
  PackedMatrix head(int rows) {
    return rows > maxRows ? null : head;
  }

  /** Frees the copies. */
  @Override
  public void close() {
    layers.forEach(Layer::close);
    if (head != null) {
      head.close();
    }
  }

  /** One layer's projections. */
  record Layer(PackedMatrix qkv, PackedMatrix output, PackedMatrix gateUp, PackedMatrix down) {
    /** Nothing packed, as in training. */
    static final Layer NONE = new Layer(null, null, null, null);

    private void close() {
      qkv.close();
      output.close();
      gateUp.close();
      down.close();
    }
  }
}
