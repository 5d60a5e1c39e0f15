package org.align4j.policy.model;

import java.util.List;
import org.align4j.policy.backend.Backend;

/**
 * Packs a model's weights for decoding, as its backend is fastest and as much as the Java heap
 * holds.
 *
 * @param weights number of base weights
 */
record DecodingPacker(Backend backend, long weights, List<DecoderLayer> layers, LmHead head) {
  /** So few rows are multiplied faster by packed weights with any backend. */
  private static final int FEW_ROWS = 48;

  /** At most so many bytes of heap a weight, 8-bit integers with their scales. */
  private static final int QUANTIZED_BYTES = 2;

  /** What of a model is trained. */
  enum Trained {
    NOTHING,
    ADAPTER,
    EVERY_WEIGHT
  }

  /** See {@link DecoderTransformer#freeze}. */
  void freeze() {
    if (backend.prefersPackedWeights() && heapHolds("frozen weights", 2)) {
      layers.forEach(DecoderLayer::freeze);
      head.freeze();
    }
  }

  /** See {@link DecoderTransformer#decodingWeights}. */
  DecodingWeights pack(Trained trained, boolean adapter, int sequences) {
    boolean adapted = adapter && trained == Trained.ADAPTER;
    if (quantized(trained, adapted, sequences)) {
      return packed(adapted, false, Integer.MAX_VALUE, DecodingWeights.Packing.QUANTIZED);
    }
    boolean single = sequences == 1 && PackedHeap.hasRoom(backend.singleRowHeapBytes(weights));
    if ((trained == Trained.EVERY_WEIGHT && !backend.packsExactly())
        || !(single || heapHolds("decoding", 1))) {
      return new DecodingWeights(adapted, false, 0, List.of(), null);
    }
    boolean merged = adapted && backend.packsExactly();
    if (single) {
      return packed(adapted, merged, 1, singleRows(trained));
    }
    int anyRows = backend.prefersPackedWeights() ? Integer.MAX_VALUE : FEW_ROWS;
    return packed(adapted, merged, anyRows, DecodingWeights.Packing.ANY_ROWS);
  }

  private DecodingWeights packed(
      boolean adapted, boolean merged, int maxRows, DecodingWeights.Packing packing) {
    return new DecodingWeights(
        adapted,
        merged,
        maxRows,
        layers.stream().map(layer -> layer.pack(merged, packing)).toList(),
        head.pack(packing));
  }

  /**
   * Whether all weights are to be had in integers, with kernels and room for them. While training
   * rounds weights, a sampler that does not would draw from another model. An adapter is added
   * apart, which costs more than is won when there are several sequences.
   */
  private boolean quantized(Trained trained, boolean adapted, int sequences) {
    return sequences <= (adapted ? Math.min(1, backend.quantizedRows()) : backend.quantizedRows())
        && (trained == Trained.NOTHING || backend.packsExactly())
        && head.quantized()
        && layers.stream().allMatch(DecoderLayer::quantized)
        && PackedHeap.hasRoom(QUANTIZED_BYTES * weights);
  }

  private static DecodingWeights.Packing singleRows(Trained trained) {
    return trained == Trained.NOTHING
        ? DecodingWeights.Packing.SINGLE_ROWS_LATER
        : DecodingWeights.Packing.SINGLE_ROWS;
  }

  /**
   * Whether the Java heap has room for packed weights of any number of rows; if not, warns.
   *
   * @param work what they are for
   */
  private boolean heapHolds(String work, int copies) {
    return PackedHeap.holds(work, copies * backend.packedHeapBytes(weights));
  }
}
