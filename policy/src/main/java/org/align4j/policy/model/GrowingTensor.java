package org.align4j.policy.model;

import org.align4j.policy.backend.Tensor;

/**
 * A buffer that is kept between steps and only grows, so that steady training allocates nothing.
 */
final class GrowingTensor {
  private final int columns;
  private Tensor memory;
  private Tensor view;

  GrowingTensor(int columns) {
    this.columns = columns;
  }

  /** The first {@code rows} rows; content is whatever was there. */
  Tensor rows(int rows) {
    if (memory == null || memory.rows() < rows) {
      if (memory != null) {
        memory.close();
      }
      memory = Tensor.zeros(rows + rows / 8, columns);
      view = null;
    }
    if (view == null || view.rows() != rows) {
      view = memory.rows(0, rows);
    }
    return view;
  }

  /**
   * Moves rows together: row r becomes what row {@code from[r]} was.
   *
   * @param from increasing
   */
  void moveUp(int[] from) {
    for (int r = 0; r < from.length; r++) {
      if (from[r] != r) {
        memory.copyRow(r, memory, from[r], 0);
      }
    }
  }

  /** All rows that there is room for. */
  Tensor whole() {
    return memory;
  }
}
