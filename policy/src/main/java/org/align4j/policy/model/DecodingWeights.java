package org.align4j.policy.model;

import java.util.List;
import org.align4j.policy.backend.PackedMatrix;

/**
 * A model's weights prepared for decoding: packed for products of few rows, with the adapter merged
 * where it takes part. They are a copy; training after they were made does not change them.
 */
public final class DecodingWeights {
  /** Passes of at most this many rows run on packed weights, larger ones as in training. */
  static final int PACKED_ROWS = 48;

  private final boolean adapter;
  private final List<Layer> layers;
  private final PackedMatrix head;

  DecodingWeights(boolean adapter, List<Layer> layers, PackedMatrix head) {
    this.adapter = adapter;
    this.layers = layers;
    this.head = head;
  }

  /** Whether the adapter takes part in passes that do not use the packed weights. */
  boolean adapter() {
    return adapter;
  }

  /** A layer's packed weights, or null where a pass of so many rows should not use them. */
  Layer layer(int index, int rows) {
    return layers == null || rows > PACKED_ROWS ? null : layers.get(index);
  }

  /** The packed head, or null as above. */
  PackedMatrix head(int rows) {
    return rows > PACKED_ROWS ? null : head;
  }

  /** One layer's projections. */
  record Layer(PackedMatrix qkv, PackedMatrix output, PackedMatrix gateUp, PackedMatrix down) {}
}
