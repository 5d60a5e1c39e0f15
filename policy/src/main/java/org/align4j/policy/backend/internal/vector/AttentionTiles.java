package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.KeyRange;
import org.align4j.policy.backend.Tensor;

/** Loading of head tiles and the masked exponential that both attention passes share. */
final class AttentionTiles {
  /** Query rows per block: a block of scores stays in cache and T x T is never held. */
  static final int BLOCK = 32;

  private AttentionTiles() {}

  /** Key or value rows of one head, [keys × padded headDim], padding zeroed. */
  static void loadKeys(
      AttentionSpan span, Tensor source, int column, int dim, float[] target, int stride) {
    int at = 0;
    // By index: an iterator for every head of every span would be garbage.
    for (int i = 0; i < span.keyRanges().size(); i++) {
      KeyRange range = span.keyRanges().get(i);
      loadRows(source, range.start(), range.length(), column, dim, target, at, stride);
      at += range.length() * stride;
    }
  }

  /**
   * All heads of all keys of a span, rows as they lie; every range is one copy.
   *
   * @param ranges that the target holds already
   */
  static void loadAllHeads(AttentionSpan span, int ranges, Tensor source, float[] target) {
    int at = 0;
    for (int i = 0; i < span.keyRanges().size(); i++) {
      KeyRange range = span.keyRanges().get(i);
      if (i >= ranges) {
        source.readRows(range.start(), range.length(), target, at);
      }
      at += range.length() * source.columns();
    }
  }

  /** Consecutive rows of one head, padding zeroed. */
  static void loadRows(
      Tensor source, int row, int count, int column, int dim, float[] target, int at, int stride) {
    for (int i = 0; i < count; i++) {
      source.read(row + i, column, target, at + i * stride, dim);
      zero(target, at + i * stride + dim, stride - dim);
    }
  }

  /** The opposite of {@link #loadRows}. */
  static void storeRows(
      float[] source, int at, int stride, Tensor target, int count, int column, int dim) {
    for (int i = 0; i < count; i++) {
      target.write(i, column, source, at + i * stride, dim);
    }
  }

  static void zero(float[] target, int at, int count) {
    for (int i = 0; i < count; i++) {
      target[at + i] = 0;
    }
  }

  /**
   * Scores to probabilities in place, zero where the query does not see; returns log Σ exp(scores).
   *
   * @param at first score of the row
   * @param position the query's
   * @param stride length of the row, padding included
   */
  static float softmaxRow(AttentionShape shape, float[] scores, int at, int position, int stride) {
    int first = at + shape.firstVisible(position);
    int last = at + position + 1;
    float shift = shape.scale() * max(scores, first, last);
    float sum = exponentials(scores, at, first, last, at + stride, shape.scale(), shift);
    float inverse = 1 / sum;
    for (int j = first; j < last; j++) {
      scores[j] *= inverse;
    }
    return shift + (float) Math.log(sum);
  }

  /** Largest of x[from .. to). */
  private static float max(float[] x, int from, int to) {
    FloatVector maxima = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    int i = from;
    for (; i + SPECIES.length() <= to; i += SPECIES.length()) {
      maxima = maxima.max(FloatVector.fromArray(SPECIES, x, i));
    }
    float max = maxima.reduceLanes(VectorOperators.MAX);
    for (; i < to; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  private static final int LANES = SPECIES.length();

  /** A vector of zeros, one of ones, one of zeros: what keeps the first or the last lanes. */
  private static final float[] KEPT = new float[3 * LANES];

  static {
    java.util.Arrays.fill(KEPT, LANES, 2 * LANES, 1);
  }

  /**
   * x[from .. to) = exp(scale · x - shift) and zero elsewhere in the row; returns the sum.
   *
   * @param start first element of the row
   * @param end one past its last; the row is whole vectors
   */
  static float exponentials(
      float[] x, int start, int from, int to, int end, float scale, float shift) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector sums = zero;
    int first = start + (from - start) / LANES * LANES;
    zero(x, start, first - start);
    int i = first;
    // One call of the exponential only: two make the loop too large for the JVM to inline both.
    for (; i < to; i += LANES) {
      FloatVector e = Lanes.exp(FloatVector.fromArray(SPECIES, x, i).mul(scale).sub(shift));
      if (i < from || i + LANES > to) {
        e = zero.blend(e, lanes(Math.max(0, from - i), Math.min(LANES, to - i)));
      }
      sums = sums.add(e);
      e.intoArray(x, i);
    }
    zero(x, i, end - i);
    return LaneSums.of(sums);
  }

  private static VectorMask<Float> lanes(int from, int to) {
    FloatVector started = FloatVector.fromArray(SPECIES, KEPT, LANES - from);
    FloatVector unfinished = FloatVector.fromArray(SPECIES, KEPT, 2 * LANES - to);
    return started.mul(unfinished).compare(VectorOperators.GT, 0);
  }

  /** Column of a key/value head in the packed rows. */
  static int kvColumn(AttentionShape shape, int kvHead) {
    return kvHead * shape.headDim();
  }
}
