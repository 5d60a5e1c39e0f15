package org.align4j.policy.backend.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowTilesTest {
  @Test
  void tilesFollowEachOtherAndHoldEveryRow() {
    for (int rows = 0; rows < 600; rows++) {
      RowTiles tiles = RowTiles.of(rows);
      int next = 0;
      for (int t = 0; t < tiles.count(); t++) {
        assertThat(tiles.start(t)).isEqualTo(next);
        next += tiles.rows(t);
      }
      assertThat(tiles.padded()).as("%d rows", rows).isEqualTo(next).isBetween(rows, rows + 3);
      if (rows >= 12) {
        assertThat(tiles.padded()).isEqualTo(rows);
      }
    }
  }
}
