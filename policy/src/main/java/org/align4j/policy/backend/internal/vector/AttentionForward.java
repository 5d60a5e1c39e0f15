package org.align4j.policy.backend.internal.vector;

import java.util.ArrayList;
import java.util.List;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.HeadTiles;
import org.align4j.policy.backend.internal.PlainTiles;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** Attention forward: softmax(scale · Q Kᵀ) V, causal. */
final class AttentionForward {
  /** Pieces a thread that even out what else the processors do. */
  private static final int PIECES = 4;

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
    List<Runnable> items = pass.items(spans);
    Threads.forEach(items.size(), item -> items.get(item).run());
  }

  /**
   * The work in pieces: single queries, as in decoding steps, a few at a time with all their heads,
   * because their keys are then read in one piece and what they share once; of longer spans a
   * key/value head each.
   */
  List<Runnable> items(List<AttentionSpan> spans) {
    List<Runnable> items = new ArrayList<>();
    List<AttentionSpan> singles = new ArrayList<>();
    for (AttentionSpan span : spans) {
      if (span.length() == 1) {
        singles.add(span);
        continue;
      }
      for (int head = 0; head < shape.kvHeads(); head++) {
        int kvHead = head;
        items.add(() -> blocks(span, kvHead));
      }
    }
    int pieces = Math.min(singles.size(), PIECES * Threads.COUNT);
    for (int i = 0; i < pieces; i++) {
      List<AttentionSpan> piece =
          singles.subList(i * singles.size() / pieces, (i + 1) * singles.size() / pieces);
      items.add(() -> AttentionDecoding.run(shape, piece, query, key, value, out, logSumExp));
    }
    return items;
  }

  private void blocks(AttentionSpan span, int kvHead) {
    int dim = shape.headDim();
    int dimStride = SmallGemm.padded(dim);
    int keys = span.keys();
    int keyStride = SmallGemm.padded(keys);
    int block = HeadTiles.BLOCK;
    Scratch scratch = Scratch.current();
    float[] rows = scratch.tile(0, keys * dimStride);
    float[] keyColumns = scratch.tile(1, dimStride * keyStride);
    float[] values = scratch.tile(2, keys * dimStride);
    float[] queries = scratch.tile(3, block * dimStride);
    float[] scores = scratch.tile(4, block * keyStride);
    float[] result = scratch.tile(5, block * dimStride);
    int column = HeadTiles.kvColumn(shape, kvHead);
    HeadTiles.loadKeys(span, key, column, dim, rows, dimStride);
    PlainTiles.transpose(rows, keys, dim, dimStride, keyColumns, keyStride);
    HeadTiles.loadKeys(span, value, column, dim, values, dimStride);
    for (int g = 0; g < shape.groupSize(); g++) {
      int head = kvHead * shape.groupSize() + g;
      for (int from = 0; from < span.length(); from += block) {
        int count = Math.min(block, span.length() - from);
        int row = span.queryStart() + from;
        int visible = span.position(from + count);
        int visibleStride = SmallGemm.padded(visible);
        HeadTiles.loadRows(query, row, count, head * dim, dim, queries, 0, dimStride);
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
          float lse =
              AttentionTiles.softmaxRow(shape, scores, i * keyStride, position, visibleStride);
          logSumExp.set(row + i, head, lse);
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
}
