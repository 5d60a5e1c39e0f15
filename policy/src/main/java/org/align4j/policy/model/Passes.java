package org.align4j.policy.model;

import java.util.List;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.text.TokenBatch;

/** Makes what the layers of a pass read, and checks token ids; keeps the rotary angles. */
final class Passes {
  private static final int MIN_POSITIONS = 512;

  private final ModelConfig config;
  private RotaryTable rotary;
  private int positions;

  Passes(ModelConfig config) {
    this.config = config;
  }

  /** A pass over a whole batch, without dropout. */
  DecoderLayer.Pass over(TokenBatch batch, AdapterUse adapter) {
    return pass(batch.ids(), batch.positions(), batch.spans(), batch.positionsNeeded(), adapter);
  }

  /** A pass over new tokens of sequences that a cache holds. */
  DecoderLayer.Pass over(NewTokens tokens, KvCache cache, AdapterUse adapter) {
    return pass(tokens.ids(), tokens.positions(), tokens.spans(), cache.positions(), adapter);
  }

  private DecoderLayer.Pass pass(
      int[] ids, int[] at, List<AttentionSpan> spans, int needed, AdapterUse adapter) {
    for (int id : ids) {
      if (id < 0 || id >= config.vocabulary()) {
        throw new IllegalArgumentException(
            "token id " + id + " is outside the vocabulary of " + config.vocabulary());
      }
    }
    if (rotary == null || positions < needed) {
      positions = Math.max(needed, MIN_POSITIONS);
      rotary = RotaryTable.of(config.rope().inverseFrequencies(config.headDim()), positions);
    }
    return new DecoderLayer.Pass(at, spans, rotary, adapter, null);
  }
}
