package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.HeadTiles;
import org.align4j.policy.backend.internal.Scratch;

/**
 * Attention of a single query, as in a decoding step. Keys stay as they lie: transposing all of
 * them for one query, as products of tiles want it, would cost more than the scores.
 */
final class AttentionDecoding {
  private static final int LANES = SPECIES.length();

  /** Keys that share a load of the query. */
  private static final int TILE = 4;

  private final AttentionShape shape;
  private final Tensor query;
  private final Tensor out;
  private final Tensor logSumExp;
  private final int columns;
  private final int dimStride;
  private final int products;
  private final float[] keyRows;
  private final float[] valueRows;
  private final float[] queryRow;
  private final float[] partial;
  private final float[] scores;
  private final float[] result;

  private AttentionDecoding(
      AttentionShape shape, int keys, Tensor query, int columns, Tensor out, Tensor logSumExp) {
    this.shape = shape;
    this.query = query;
    this.out = out;
    this.logSumExp = logSumExp;
    this.columns = columns;
    dimStride = SmallGemm.padded(shape.headDim());
    // The product takes four rows at a time; those that are no queries are never read.
    products = (shape.groupSize() + 3) / 4 * 4;
    int keyStride = SmallGemm.padded(keys);
    Scratch scratch = Scratch.current();
    // Scores are computed for whole vectors of keys, and of whole vectors of a head's columns.
    keyRows = scratch.tile(0, keyStride * columns + dimStride);
    valueRows = scratch.tile(1, keys * columns + dimStride);
    queryRow = scratch.tile(2, dimStride);
    partial = scratch.tile(3, LANES * LANES);
    scores = scratch.tile(4, products * keyStride);
    result = scratch.tile(5, products * dimStride);
  }

  /**
   * All heads of some queries.
   *
   * @param spans of one query each; what one shares with the one before it is not read again
   */
  static void run(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp) {
    int keys = spans.stream().mapToInt(AttentionSpan::keys).max().orElse(0);
    AttentionDecoding piece =
        new AttentionDecoding(shape, keys, query, key.columns(), out, logSumExp);
    AttentionSpan last = null;
    for (AttentionSpan span : spans) {
      int known = last == null ? 0 : commonRanges(last, span);
      HeadTiles.loadAllHeads(span, known, key, piece.keyRows);
      HeadTiles.loadAllHeads(span, known, value, piece.valueRows);
      piece.attend(span.queryStart(), span.keys());
      last = span;
    }
  }

  private static int commonRanges(AttentionSpan a, AttentionSpan b) {
    int count = Math.min(a.keyRanges().size(), b.keyRanges().size());
    int common = 0;
    while (common < count && a.keyRanges().get(common).sameRows(b.keyRanges().get(common))) {
      common++;
    }
    return common;
  }

  private void attend(int row, int keys) {
    int dim = shape.headDim();
    int group = shape.groupSize();
    int keyStride = SmallGemm.padded(keys);
    HeadTiles.zero(keyRows, keys * columns, dimStride);
    for (int kvHead = 0; kvHead < shape.kvHeads(); kvHead++) {
      int column = HeadTiles.kvColumn(shape, kvHead);
      for (int g = 0; g < group; g++) {
        int head = kvHead * group + g;
        HeadTiles.loadRows(query, row, 1, head * dim, dim, queryRow, 0, dimStride);
        for (int j = 0; j < keys; j += LANES) {
          partialSums(queryRow, dimStride, keyRows, j * columns + column, columns, partial);
          LaneSums.store(partial, scores, g * keyStride + j);
        }
        float lse = AttentionTiles.softmaxRow(shape, scores, g * keyStride, keys - 1, keyStride);
        logSumExp.set(row, head, lse);
      }
      SmallGemm.multiply(
          scores, 0, keyStride, 1, valueRows, column, columns, result, 0, dimStride, products,
          dimStride, keys, false);
      for (int g = 0; g < group; g++) {
        out.write(row, (kvHead * group + g) * dim, result, g * dimStride, dim);
      }
    }
  }

  /** The products of a query with LANES keys, summed up to one vector each. */
  private static void partialSums(
      float[] query, int dim, float[] keys, int at, int stride, float[] partial) {
    for (int i = 0; i < LANES; i += TILE) {
      int k0 = at + i * stride;
      int k1 = k0 + stride;
      int k2 = k1 + stride;
      int k3 = k2 + stride;
      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = FloatVector.zero(SPECIES);
      FloatVector s2 = FloatVector.zero(SPECIES);
      FloatVector s3 = FloatVector.zero(SPECIES);
      for (int d = 0; d < dim; d += LANES) {
        FloatVector q = FloatVector.fromArray(SPECIES, query, d);
        s0 = q.fma(FloatVector.fromArray(SPECIES, keys, k0 + d), s0);
        s1 = q.fma(FloatVector.fromArray(SPECIES, keys, k1 + d), s1);
        s2 = q.fma(FloatVector.fromArray(SPECIES, keys, k2 + d), s2);
        s3 = q.fma(FloatVector.fromArray(SPECIES, keys, k3 + d), s3);
      }
      s0.intoArray(partial, i * LANES);
      s1.intoArray(partial, (i + 1) * LANES);
      s2.intoArray(partial, (i + 2) * LANES);
      s3.intoArray(partial, (i + 3) * LANES);
    }
  }
}
