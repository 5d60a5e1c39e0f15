package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.internal.HeadTiles;

/** The masked exponential that both attention passes share. */
final class AttentionTiles {
  private AttentionTiles() {}

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
    HeadTiles.zero(x, start, first - start);
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
    HeadTiles.zero(x, i, end - i);
    return LaneSums.of(sums);
  }

  private static VectorMask<Float> lanes(int from, int to) {
    FloatVector started = FloatVector.fromArray(SPECIES, KEPT, LANES - from);
    FloatVector unfinished = FloatVector.fromArray(SPECIES, KEPT, 2 * LANES - to);
    return started.mul(unfinished).compare(VectorOperators.GT, 0);
  }
}
