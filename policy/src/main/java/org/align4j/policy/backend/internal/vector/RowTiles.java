package org.align4j.policy.backend.internal.vector;

import java.util.Arrays;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/**
 * Rows cut into the tiles of {@link PanelKernel}: first tiles of five, then up to four of four, so
 * that little is multiplied for rows that are not there. A tile's rows lie side by side, column by
 * column; rows behind the last are zero.
 *
 * @param fives tiles of five rows
 * @param fours tiles of four rows behind them
 */
record RowTiles(int fives, int fours) {
  static final int FIVE = 5;
  static final int FOUR = 4;

  /** Tiles whose copying is worth a hand-over between threads. */
  private static final int COPIED = 8;

  /** The tiles for a number of rows. */
  static RowTiles of(int rows) {
    // Every number from 12 on is a sum of fives and at most four fours.
    int fours = (FIVE - rows % FIVE) % FIVE;
    int left = rows - FOUR * fours;
    return left >= 0 ? new RowTiles(left / FIVE, fours) : new RowTiles(0, (rows + FOUR - 1) / FOUR);
  }

  /** Number of tiles. */
  int count() {
    return fives + fours;
  }

  /** First row of a tile; of the one behind the last, the number of rows with those not there. */
  int start(int tile) {
    return FIVE * Math.min(tile, fives) + FOUR * Math.max(0, tile - fives);
  }

  /** Rows of a tile. */
  int rows(int tile) {
    return tile < fives ? FIVE : FOUR;
  }

  /** Rows of all tiles. */
  int padded() {
    return start(count());
  }

  /**
   * The rows of x in tiles, in scratch memory of the calling thread.
   *
   * @param round to bfloat16
   */
  float[] copy(Tensor x, boolean round) {
    float[] target = Scratch.current().tile(1, padded() * x.columns());
    Threads.forRows(
        count(),
        COPIED,
        (from, to) -> {
          float[] row = Scratch.current().tile(0, x.columns());
          for (int t = from; t < to; t++) {
            copy(x, t, round, row, target);
          }
        });
    return target;
  }

  private void copy(Tensor x, int tile, boolean round, float[] row, float[] target) {
    int height = rows(tile);
    int columns = x.columns();
    int at = start(tile) * columns;
    for (int r = 0; r < height; r++) {
      if (start(tile) + r < x.rows()) {
        x.readRow(start(tile) + r, row, 0);
        if (round) {
          BFloat16.round(row, columns);
        }
      } else {
        Arrays.fill(row, 0, columns, 0);
      }
      for (int p = 0; p < columns; p++) {
        target[at + p * height + r] = row[p];
      }
    }
  }
}
