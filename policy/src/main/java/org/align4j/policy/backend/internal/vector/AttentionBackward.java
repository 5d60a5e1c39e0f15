package org.align4j.policy.backend.internal.vector;

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
 * arXiv 2205.14135, algorithm 4). One work item is a group of spans and a key/value head, because
 * spans of a group add to the same key rows.
 */
final class AttentionBackward {
  private final AttentionShape shape;
  private final Tensor dOut;
  private final Tensor query;
  private final Tensor key;
  private final Tensor value;
  private final Tensor out;
  private final Tensor logSumExp;
  private final Tensor dQuery;
  private final Tensor dKey;
  private final Tensor dValue;

  private AttentionBackward(
      AttentionShape shape,
      Tensor dOut,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp,
      Tensor dQuery,
      Tensor dKey,
      Tensor dValue) {
    this.shape = shape;
    this.dOut = dOut;
    this.query = query;
    this.key = key;
    this.value = value;
    this.out = out;
    this.logSumExp = logSumExp;
    this.dQuery = dQuery;
    this.dKey = dKey;
    this.dValue = dValue;
  }

  static void run(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor dOut,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp,
      Tensor dQuery,
      Tensor dKey,
      Tensor dValue) {
    AttentionBackward pass =
        new AttentionBackward(shape, dOut, query, key, value, out, logSumExp, dQuery, dKey, dValue);
    List<GradientGroup> groups = GradientGroup.of(spans, dKey, dValue);
    Threads.forEach(
        groups.size() * shape.kvHeads(),
        item -> {
          GradientGroup group = groups.get(item / shape.kvHeads());
          for (AttentionSpan span : group.spans()) {
            pass.span(span, group, item % shape.kvHeads());
          }
        });
    groups.forEach(group -> group.addBorrowed(ElementwiseKernels::add));
  }

  private void span(AttentionSpan span, GradientGroup group, int kvHead) {
    int dim = shape.headDim();
    int dimStride = SmallGemm.padded(dim);
    int keys = span.keys();
    int keyStride = SmallGemm.padded(keys);
    int block = HeadTiles.BLOCK;
    Scratch scratch = Scratch.current();
    float[] keyRows = scratch.tile(0, keys * dimStride);
    float[] keyColumns = scratch.tile(1, dimStride * keyStride);
    float[] valueRows = scratch.tile(2, keys * dimStride);
    float[] valueColumns = scratch.tile(3, dimStride * keyStride);
    float[] queries = scratch.tile(4, block * dimStride);
    float[] gradients = scratch.tile(5, block * dimStride);
    float[] outputs = scratch.tile(6, block * dimStride);
    float[] probabilities = scratch.tile(7, block * keyStride);
    float[] dScores = scratch.tile(8, block * keyStride);
    float[] dQueries = scratch.tile(9, block * dimStride);
    float[] dKeys = scratch.tile(10, keys * dimStride);
    float[] dValues = scratch.tile(11, keys * dimStride);
    int column = HeadTiles.kvColumn(shape, kvHead);
    HeadTiles.loadKeys(span, key, column, dim, keyRows, dimStride);
    HeadTiles.loadKeys(span, value, column, dim, valueRows, dimStride);
    PlainTiles.transpose(keyRows, keys, dim, dimStride, keyColumns, keyStride);
    PlainTiles.transpose(valueRows, keys, dim, dimStride, valueColumns, keyStride);
    group.load(span, column, dim, dKeys, dValues, dimStride);
    for (int g = 0; g < shape.groupSize(); g++) {
      int head = kvHead * shape.groupSize() + g;
      for (int from = 0; from < span.length(); from += block) {
        int count = Math.min(block, span.length() - from);
        int row = span.queryStart() + from;
        int visible = span.position(from + count);
        int visibleStride = SmallGemm.padded(visible);
        HeadTiles.loadRows(query, row, count, head * dim, dim, queries, 0, dimStride);
        HeadTiles.loadRows(dOut, row, count, head * dim, dim, gradients, 0, dimStride);
        HeadTiles.loadRows(out, row, count, head * dim, dim, outputs, 0, dimStride);
        SmallGemm.multiply(
            queries,
            0,
            dimStride,
            1,
            keyColumns,
            0,
            keyStride,
            probabilities,
            0,
            keyStride,
            count,
            visibleStride,
            dim,
            false);
        SmallGemm.multiply(
            gradients,
            0,
            dimStride,
            1,
            valueColumns,
            0,
            keyStride,
            dScores,
            0,
            keyStride,
            count,
            visibleStride,
            dim,
            false);
        for (int i = 0; i < count; i++) {
          int at = i * keyStride;
          int position = span.position(from + i);
          AttentionTiles.exponentials(
              probabilities,
              at,
              at + shape.firstVisible(position),
              at + position + 1,
              at + visibleStride,
              shape.scale(),
              logSumExp.get(row + i, head));
          float delta = 0;
          for (int d = 0; d < dim; d++) {
            delta += gradients[i * dimStride + d] * outputs[i * dimStride + d];
          }
          scoreGradient(probabilities, dScores, at, visibleStride, delta);
        }
        SmallGemm.multiply(
            dScores, 0, keyStride, 1, keyRows, 0, dimStride, dQueries, 0, dimStride, count,
            dimStride, visible, false);
        for (int i = 0; i < count; i++) {
          dQuery.write(row + i, head * dim, dQueries, i * dimStride, dim);
        }
        SmallGemm.multiply(
            dScores, 0, 1, keyStride, queries, 0, dimStride, dKeys, 0, dimStride, visible,
            dimStride, count, true);
        SmallGemm.multiply(
            probabilities,
            0,
            1,
            keyStride,
            gradients,
            0,
            dimStride,
            dValues,
            0,
            dimStride,
            visible,
            dimStride,
            count,
            true);
      }
    }
    group.store(span, column, dim, dKeys, dValues, dimStride);
  }

  /** dS = P · (dP - delta) · scale over one row. */
  private void scoreGradient(float[] p, float[] dScores, int at, int count, float delta) {
    float scale = shape.scale();
    for (int j = at; j < at + count; j++) {
      dScores[j] = p[j] * (dScores[j] - delta) * scale;
    }
  }
}
