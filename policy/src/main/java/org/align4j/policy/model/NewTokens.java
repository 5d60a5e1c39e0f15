package org.align4j.policy.model;

import java.util.List;
import org.align4j.policy.backend.AttentionSpan;

/**
 * The rows of a decoding pass.
 *
 * @param ids the tokens
 * @param positions their positions
 * @param spans attention over the cache's rows
 * @param cacheRows where their keys and values go
 * @param keptRows their rows in the batch that {@link DecoderTransformer#keepActivations} has been
 *     told of; null if it is not to keep them
 */
public record NewTokens(
    int[] ids, int[] positions, List<AttentionSpan> spans, int[] cacheRows, int[] keptRows) {

  /**
   * Tokens whose activations nobody needs afterwards.
   *
   * @param ids token ids
   * @param positions of the tokens in their sequences
   * @param spans which keys each query sees
   * @param cacheRows rows of the cache that take the keys and values
   */
  public NewTokens(int[] ids, int[] positions, List<AttentionSpan> spans, int[] cacheRows) {
    this(ids, positions, spans, cacheRows, null);
  }
}
