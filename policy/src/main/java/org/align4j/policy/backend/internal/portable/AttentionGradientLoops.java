package org.align4j.policy.backend.internal.portable;

import java.util.List;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.GradientGroup;
import org.align4j.policy.backend.internal.HeadTiles;
import org.align4j.policy.backend.internal.PlainTiles;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/**
 * Attention backward by recomputing probabilities from the saved log-sum-exp (Dao et al. 2022,
 * arXiv 2205.14135, algorithm 4).
 */
record AttentionGradientLoops(
    AttentionShape shape,
    Tensor dOut,
    Tensor query,
    Tensor key,
    Tensor value,
    Tensor out,
    Tensor logSumExp,
    Tensor dQuery) {

  void run(List<AttentionSpan> spans, Tensor dKey, Tensor dValue) {
    int heads = shape.kvHeads();
    List<GradientGroup> groups = GradientGroup.of(spans, dKey, dValue);
    Threads.forEach(
        groups.size() * heads,
        item -> {
          GradientGroup group = groups.get(item / heads);
          for (AttentionSpan span : group.spans()) {
            new SpanPass(span, item % heads).run(group);
          }
        });
    groups.forEach(group -> group.addBorrowed(ElementLoops::add));
  }

  /** A span and a key/value head, with its tiles. */
  private final class SpanPass {
    private final AttentionSpan span;
    private final int kvHead;
    private final int dim = shape.headDim();
    private final int keys;
    private final int block;
    private final float[] keyRows;
    private final float[] keyColumns;
    private final float[] valueRows;
    private final float[] valueColumns;
    private final float[] queries;
    private final float[] gradients;
    private final float[] outputs;
    private final float[] probabilities;
    private final float[] dScores;
    private final float[] dQueries;
    private final float[] dKeys;
    private final float[] dValues;

    SpanPass(AttentionSpan span, int kvHead) {
      this.span = span;
      this.kvHead = kvHead;
      keys = span.keys();
      block = Math.min(HeadTiles.BLOCK, span.length());
      Scratch scratch = Scratch.current();
      keyRows = scratch.tile(0, keys * dim);
      keyColumns = scratch.tile(1, keys * dim);
      valueRows = scratch.tile(2, keys * dim);
      valueColumns = scratch.tile(3, keys * dim);
      queries = scratch.tile(4, block * dim);
      gradients = scratch.tile(5, block * dim);
      outputs = scratch.tile(6, block * dim);
      probabilities = scratch.tile(7, block * keys);
      dScores = scratch.tile(8, block * keys);
      dQueries = scratch.tile(9, block * dim);
      dKeys = scratch.tile(10, keys * dim);
      dValues = scratch.tile(11, keys * dim);
    }

    void run(GradientGroup group) {
      int column = HeadTiles.kvColumn(shape, kvHead);
      HeadTiles.loadKeys(span, key, column, dim, keyRows, dim);
      HeadTiles.loadKeys(span, value, column, dim, valueRows, dim);
      PlainTiles.transpose(keyRows, keys, dim, dim, keyColumns, keys);
      PlainTiles.transpose(valueRows, keys, dim, dim, valueColumns, keys);
      group.load(span, column, dim, dKeys, dValues, dim);
      for (int g = 0; g < shape.groupSize(); g++) {
        for (int from = 0; from < span.length(); from += block) {
          block(kvHead * shape.groupSize() + g, from, Math.min(block, span.length() - from));
        }
      }
      group.store(span, column, dim, dKeys, dValues, dim);
    }

    private void block(int head, int from, int count) {
      int row = span.queryStart() + from;
      int visible = span.position(from + count);
      HeadTiles.loadRows(query, row, count, head * dim, dim, queries, 0, dim);
      HeadTiles.loadRows(dOut, row, count, head * dim, dim, gradients, 0, dim);
      HeadTiles.loadRows(out, row, count, head * dim, dim, outputs, 0, dim);
      PlainTiles.multiply(
          queries, 0, dim, 1, keyColumns, 0, keys, probabilities, 0, keys, count, visible, dim);
      PlainTiles.multiply(
          gradients, 0, dim, 1, valueColumns, 0, keys, dScores, 0, keys, count, visible, dim);
      for (int i = 0; i < count; i++) {
        // The rows of values are of no more use once they have been transposed.
        AttentionLoops.maskedExponentials(
            shape,
            probabilities,
            i * keys,
            span.position(from + i),
            visible,
            logSumExp.get(row + i, head),
            valueRows);
        float delta = (float) Reductions.dot(gradients, i * dim, outputs, i * dim, dim);
        scoreGradient(i * keys, visible, delta);
      }
      PlainTiles.multiply(
          dScores, 0, keys, 1, keyRows, 0, dim, dQueries, 0, dim, count, dim, visible);
      for (int i = 0; i < count; i++) {
        dQuery.write(row + i, head * dim, dQueries, i * dim, dim);
      }
      PlainTiles.multiplyAdd(
          dScores, 0, 1, keys, queries, 0, dim, dKeys, 0, dim, visible, dim, count);
      PlainTiles.multiplyAdd(
          probabilities, 0, 1, keys, gradients, 0, dim, dValues, 0, dim, visible, dim, count);
    }

    /** dS = P · (dP - delta) · scale over one row. */
    private void scoreGradient(int at, int count, float delta) {
      float scale = shape.scale();
      for (int j = at; j < at + count; j++) {
        dScores[j] = probabilities[j] * (dScores[j] - delta) * scale;
      }
    }
  }
}
