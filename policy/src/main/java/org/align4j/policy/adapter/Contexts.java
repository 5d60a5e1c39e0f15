package org.align4j.policy.adapter;

import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.text.TokenBatch;

/** The tokens that stand before each target of a batch. */
public final class Contexts {
  private Contexts() {}

  /** For each target all tokens before it, from the sequence's first. */
  public static int[][] of(TokenBatch batch) {
    int[][] out = new int[batch.targets().length][];
    for (int t = 0; t < out.length; t++) {
      int row = batch.headRows()[t];
      AttentionSpan span = span(batch, row);
      int within = row - span.queryStart();
      int[] context = new int[span.position(within) + 1];
      for (int i = 0; i < context.length; i++) {
        context[i] = batch.ids()[span.keyRow(i)];
      }
      out[t] = context;
    }
    return out;
  }

  /** The last {@code width} tokens before each target; what is missing at the start is −1. */
  public static int[][] windows(TokenBatch batch, int width) {
    int[][] contexts = of(batch);
    int[][] out = new int[contexts.length][width];
    for (int t = 0; t < out.length; t++) {
      for (int i = 0; i < width; i++) {
        int at = contexts[t].length - width + i;
        out[t][i] = at < 0 ? -1 : contexts[t][at];
      }
    }
    return out;
  }

  private static AttentionSpan span(TokenBatch batch, int row) {
    for (AttentionSpan span : batch.spans()) {
      if (row >= span.queryStart() && row < span.queryStart() + span.length()) {
        return span;
      }
    }
    throw new IllegalArgumentException("row " + row + " belongs to no sequence");
  }
}
