package org.align4j.policy.backend.internal.vector;

import java.util.List;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Threads;

/**
 * Attention forward; one work item is a span and a key/value head with the query heads that read
 * it.
 */
final class AttentionForward {
  private final AttentionShape shape;
  private final Tensor query;
  private final Tensor key;
  private final Tensor value;
  private final Tensor out;
  private final Tensor logSumExp;

  AttentionForward(
      AttentionShape shape, Tensor query, Tensor key, Tensor value, Tensor out, Tensor logSumExp) {
    this.shape = shape;
    this.query = query;
    this.key = key;
    this.value = value;
    this.out = out;
    this.logSumExp = logSumExp;
  }

  static void run(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp) {
    AttentionForward pass = new AttentionForward(shape, query, key, value, out, logSumExp);
    Threads.forEach(
        spans.size() * shape.kvHeads(),
        item -> pass.span(spans.get(item / shape.kvHeads()), item % shape.kvHeads()));
  }

  /** One work item. */
  void span(AttentionSpan span, int kvHead) {
    if (span.length() > 1) {
      blocks(span, kvHead);
    } else if (kvHead == 0) {
      // A decoding step is one item for all heads, because its keys are then read in one piece.
      singleQuery(span);
    }
  }

  /**
   * A decoding step. Keys stay as they lie and a group's few queries become the columns of the
   * small product, since transposing all keys for one query would cost more than the scores.
   */
  private void singleQuery(AttentionSpan span) {
    int dim = shape.headDim();
    int dimStride = SmallGemm.padded(dim);
    int keys = span.keys();
    int columns = key.columns();
    int group = shape.groupSize();
    int groupStride = SmallGemm.padded(group);
    Scratch scratch = Scratch.current();
    // Products read whole vectors, so the last head of the last row needs room behind it.
    float[] keyRows = scratch.tile(0, keys * columns + dimStride);
    float[] queries = scratch.tile(1, group * dim);
    float[] queryColumns = scratch.tile(2, dim * groupStride);
    float[] scores = scratch.tile(3, keys * groupStride);
    // The small product takes four rows at a time; those that are no queries are never read.
    int products = (group + 3) / 4 * 4;
    int keyStride = SmallGemm.padded(keys);
    float[] probabilities = scratch.tile(4, products * keyStride);
    float[] result = scratch.tile(5, products * dimStride);
    float[] valueRows = scratch.tile(6, keys * columns + dimStride);
    AttentionTiles.loadAllHeads(span, key, keyRows);
    AttentionTiles.loadAllHeads(span, value, valueRows);
    int row = span.queryStart();
    for (int kvHead = 0; kvHead < shape.kvHeads(); kvHead++) {
      int column = AttentionTiles.kvColumn(shape, kvHead);
      query.read(row, kvHead * group * dim, queries, 0, group * dim);
      SmallGemm.transpose(queries, group, dim, dim, queryColumns, groupStride);
      SmallGemm.multiply(
          keyRows,
          column,
          columns,
          1,
          queryColumns,
          0,
          groupStride,
          scores,
          0,
          groupStride,
          keys,
          groupStride,
          dim,
          false);
      for (int g = 0; g < group; g++) {
        for (int j = 0; j < keys; j++) {
          probabilities[g * keyStride + j] = scores[j * groupStride + g];
        }
        softmaxRow(probabilities, g * keyStride, keys - 1, keyStride, row, kvHead * group + g);
      }
      SmallGemm.multiply(
          probabilities,
          0,
          keyStride,
          1,
          valueRows,
          column,
          columns,
          result,
          0,
          dimStride,
          products,
          dimStride,
          keys,
          false);
      for (int g = 0; g < group; g++) {
        out.write(row, (kvHead * group + g) * dim, result, g * dimStride, dim);
      }
    }
  }

  private void blocks(AttentionSpan span, int kvHead) {
    int dim = shape.headDim();
    int dimStride = SmallGemm.padded(dim);
    int keys = span.keys();
    int keyStride = SmallGemm.padded(keys);
    int block = AttentionTiles.BLOCK;
    Scratch scratch = Scratch.current();
    float[] rows = scratch.tile(0, keys * dimStride);
    float[] keyColumns = scratch.tile(1, dimStride * keyStride);
    float[] values = scratch.tile(2, keys * dimStride);
    float[] queries = scratch.tile(3, block * dimStride);
    float[] scores = scratch.tile(4, block * keyStride);
    float[] result = scratch.tile(5, block * dimStride);
    int column = AttentionTiles.kvColumn(shape, kvHead);
    AttentionTiles.loadKeys(span, key, column, dim, rows, dimStride);
    SmallGemm.transpose(rows, keys, dim, dimStride, keyColumns, keyStride);
    AttentionTiles.loadKeys(span, value, column, dim, values, dimStride);
    for (int g = 0; g < shape.groupSize(); g++) {
      int head = kvHead * shape.groupSize() + g;
      for (int from = 0; from < span.length(); from += block) {
        int count = Math.min(block, span.length() - from);
        int row = span.queryStart() + from;
        int visible = span.position(from + count);
        int visibleStride = SmallGemm.padded(visible);
        AttentionTiles.loadRows(query, row, count, head * dim, dim, queries, 0, dimStride);
        SmallGemm.multiply(
            queries,
            0,
            dimStride,
            1,
            keyColumns,
            0,
            keyStride,
            scores,
            0,
            keyStride,
            count,
            visibleStride,
            dim,
            false);
        for (int i = 0; i < count; i++) {
          int position = span.position(from + i);
          softmaxRow(scores, i * keyStride, position, visibleStride, row + i, head);
        }
        SmallGemm.multiply(
            scores, 0, keyStride, 1, values, 0, dimStride, result, 0, dimStride, count, dimStride,
            visible, false);
        for (int i = 0; i < count; i++) {
          out.write(row + i, head * dim, result, i * dimStride, dim);
        }
      }
    }
  }

  private void softmaxRow(
      float[] scores, int at, int position, int visibleStride, int row, int head) {
    int first = at + shape.firstVisible(position);
    int last = at + position + 1;
    float shift = shape.scale() * AttentionTiles.max(scores, first, last);
    int end = at + visibleStride;
    float sum = AttentionTiles.exponentials(scores, at, first, last, end, shape.scale(), shift);
    float inverse = 1 / sum;
    for (int j = first; j < last; j++) {
      scores[j] *= inverse;
    }
    logSumExp.set(row, head, shift + (float) Math.log(sum));
  }
}
