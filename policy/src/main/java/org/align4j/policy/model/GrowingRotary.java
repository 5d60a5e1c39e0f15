package org.align4j.policy.model;

import org.align4j.policy.backend.RotaryTable;

/** A model's rotary angles, tabulated for as many positions as have been asked for. */
final class GrowingRotary {
  private static final int LEAST_POSITIONS = 512;

  private final ModelConfig config;
  private RotaryTable table;
  private int positions;

  GrowingRotary(ModelConfig config) {
    this.config = config;
  }

  /** The angles of at least so many positions, from 0. */
  RotaryTable upTo(int needed) {
    if (table == null || positions < needed) {
      positions = Math.max(needed, LEAST_POSITIONS);
      table = RotaryTable.of(config.rope().inverseFrequencies(config.headDim()), positions);
    }
    return table;
  }
}
