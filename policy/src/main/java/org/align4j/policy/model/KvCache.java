package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import org.align4j.policy.backend.Tensor;

/**
 * Keys and values of sequences in generation: a fixed number of slots of a fixed length, and before
 * them the rows of what all sequences begin with.
 */
public final class KvCache {
  private final int slots;
  private final int capacity;
  private final int shared;
  private final List<Tensor> keys = new ArrayList<>();
  private final List<Tensor> values = new ArrayList<>();
  private int[] rows = new int[0];

  /**
   * Room for generation.
   *
   * @param config of the model
   * @param slots sequences at a time
   * @param capacity tokens a sequence after the shared ones, its prompt's among them
   * @param shared tokens that all sequences begin with; they stand in the first rows
   */
  public KvCache(ModelConfig config, int slots, int capacity, int shared) {
    this.slots = slots;
    this.capacity = capacity;
    this.shared = shared;
    int rows = shared + slots * capacity;
    for (int i = 0; i < config.layers(); i++) {
      keys.add(Tensor.zeros(rows, config.kvColumns()));
      values.add(Tensor.zeros(rows, config.kvColumns()));
    }
  }

  /**
   * {@return first cache row of a slot}
   *
   * @param slot from 0
   */
  public int start(int slot) {
    if (slot < 0 || slot >= slots) {
      throw new IndexOutOfBoundsException("slot " + slot + " of " + slots);
    }
    return shared + slot * capacity;
  }

  /**
   * Copies the first rows of a slot to another one.
   *
   * @param from slot to copy from
   * @param to slot to copy to
   * @param count number of rows
   */
  public void copy(int from, int to, int count) {
    if (from == to || count == 0) {
      return;
    }
    for (List<Tensor> side : List.of(keys, values)) {
      for (Tensor layer : side) {
        layer.rows(start(to), count).copyFrom(layer.rows(start(from), count));
      }
    }
  }

  /** Positions of the longest sequence that fits. */
  int positions() {
    return shared + capacity;
  }

  /** Names the cache rows that the next pass's rows go to. */
  void target(int[] cacheRows) {
    rows = cacheRows;
  }

  Layer layer(int index) {
    return new Layer(keys.get(index), values.get(index), rows);
  }

  /** Frees the memory. */
  public void close() {
    keys.forEach(Tensor::close);
    values.forEach(Tensor::close);
  }

  /**
   * One layer's part.
   *
   * @param rows where the pass's keys and values go
   */
  record Layer(Tensor keys, Tensor values, int[] rows) {}
}
