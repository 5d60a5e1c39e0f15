package org.align4j.policy.model;

import java.util.List;
import org.align4j.policy.backend.PackedMatrix;

/**
 * A model's weights prepared for decoding: packed for products of few rows, with the adapter merged
 * where it takes part. They are a copy; training after they were made does not change them.
 */
public final class DecodingWeights {
  private final boolean adapter;
  private final int maxRows;
  private final List<Layer> layers;
  private final PackedMatrix head;

  /**
   * Prepared weights.
   *
   * @param maxRows passes of at most so many rows use them, larger ones run as in training
   * @param layers null where there is no room for them
   */
  DecodingWeights(boolean adapter, int maxRows, List<Layer> layers, PackedMatrix head) {
    this.adapter = adapter;
    this.maxRows = maxRows;
    this.layers = layers;
    this.head = head;
  }

  /** Whether the adapter takes part in passes that do not use the packed weights. */
  boolean adapter() {
    return adapter;
  }

  /** A layer's packed weights, or null where a pass of so many rows should not use them. */
  Layer layer(int index, int rows) {
    return layers == null || rows > maxRows ? null : layers.get(index);
  }

  /** The packed head, or null as above. */
  PackedMatrix head(int rows) {
    return rows > maxRows ? null : head;
  }

  /** One layer's projections. */
  record Layer(PackedMatrix qkv, PackedMatrix output, PackedMatrix gateUp, PackedMatrix down) {}
}
