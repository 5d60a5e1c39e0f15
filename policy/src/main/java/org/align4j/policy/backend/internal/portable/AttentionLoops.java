package org.align4j.policy.backend.internal.portable;

import java.util.Arrays;
import java.util.List;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.HeadTiles;
import org.align4j.policy.backend.internal.PlainTiles;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** Attention forward: softmax(scale · Q Kᵀ) V, causal; a span and a key/value head at a time. */
record AttentionLoops(
    AttentionShape shape, Tensor query, Tensor key, Tensor value, Tensor out, Tensor logSumExp) {

  void run(List<AttentionSpan> spans) {
    int heads = shape.kvHeads();
    Threads.forEach(spans.size() * heads, item -> span(spans.get(item / heads), item % heads));
  }

  private void span(AttentionSpan span, int kvHead) {
    int dim = shape.headDim();
    int keys = span.keys();
    int block = Math.min(HeadTiles.BLOCK, span.length());
    Scratch scratch = Scratch.current();
    float[] rows = scratch.tile(0, keys * dim);
    float[] keyColumns = scratch.tile(1, keys * dim);
    float[] values = scratch.tile(2, keys * dim);
    float[] queries = scratch.tile(3, block * dim);
    float[] scores = scratch.tile(4, block * keys);
    float[] result = scratch.tile(5, block * dim);
    float[] powers = scratch.tile(6, keys);
    int column = HeadTiles.kvColumn(shape, kvHead);
    HeadTiles.loadKeys(span, key, column, dim, rows, dim);
    PlainTiles.transpose(rows, keys, dim, dim, keyColumns, keys);
    HeadTiles.loadKeys(span, value, column, dim, values, dim);
    for (int g = 0; g < shape.groupSize(); g++) {
      int head = kvHead * shape.groupSize() + g;
      for (int from = 0; from < span.length(); from += block) {
        int count = Math.min(block, span.length() - from);
        int row = span.queryStart() + from;
        int visible = span.position(from + count);
        HeadTiles.loadRows(query, row, count, head * dim, dim, queries, 0, dim);
        PlainTiles.multiply(
            queries, 0, dim, 1, keyColumns, 0, keys, scores, 0, keys, count, visible, dim);
        for (int i = 0; i < count; i++) {
          int position = span.position(from + i);
          float lse = softmaxRow(scores, i * keys, position, visible, powers);
          logSumExp.set(row + i, head, lse);
        }
        PlainTiles.multiply(
            scores, 0, keys, 1, values, 0, dim, result, 0, dim, count, dim, visible);
        for (int i = 0; i < count; i++) {
          out.write(row + i, head * dim, result, i * dim, dim);
        }
      }
    }
  }

  /** Scores to probabilities in place, zero where the query does not see; log Σ exp(scores). */
  private float softmaxRow(float[] scores, int at, int position, int length, float[] powers) {
    int first = at + shape.firstVisible(position);
    int count = at + position + 1 - first;
    float shift = shape.scale() * Reductions.max(scores, first, count);
    maskedExponentials(shape, scores, at, position, length, shift, powers);
    double sum = Reductions.sum(scores, first, count);
    float inverse = (float) (1 / sum);
    for (int j = first; j < first + count; j++) {
      scores[j] *= inverse;
    }
    return shift + (float) Math.log(sum);
  }

  /** exp(scale · score - shift) where the query sees, zero elsewhere in the row. */
  static void maskedExponentials(
      AttentionShape shape,
      float[] scores,
      int at,
      int position,
      int length,
      float shift,
      float[] powers) {
    int first = at + shape.firstVisible(position);
    int end = at + position + 1;
    Arrays.fill(scores, at, first, 0);
    Exponential.of(scores, first, end - first, shape.scale(), shift, powers);
    Arrays.fill(scores, end, at + length, 0);
  }
}
