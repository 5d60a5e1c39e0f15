package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums of lanes by halves, in an order that does not depend on whether the JVM has compiled them.
 */
final class LaneSums {
  private static final int LANES = SPECIES.length();

  private static final VectorShuffle<Float> SWAP8 = swap(8);
  private static final VectorShuffle<Float> SWAP4 = swap(4);
  private static final VectorShuffle<Float> SWAP2 = swap(2);
  private static final VectorShuffle<Float> SWAP1 = swap(1);
  private static final VectorMask<Float> SECOND8 = second(8);
  private static final VectorMask<Float> SECOND4 = second(4);
  private static final VectorMask<Float> SECOND2 = second(2);
  private static final VectorMask<Float> SECOND1 = second(1);

  private LaneSums() {}

  /** Lane l gets lane l xor distance. */
  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % LANES);
  }

  /** Lanes of the second of two vectors. */
  private static VectorMask<Float> second(int distance) {
    boolean[] lanes = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = (lane & distance) != 0;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }

  /** The sum of all lanes. */
  static float of(FloatVector vector) {
    FloatVector sums = vector;
    if (LANES > 8) {
      sums = sums.add(sums.rearrange(SWAP8));
    }
    if (LANES > 4) {
      sums = sums.add(sums.rearrange(SWAP4));
    }
    if (LANES > 2) {
      sums = sums.add(sums.rearrange(SWAP2));
    }
    return sums.add(sums.rearrange(SWAP1)).lane(0);
  }

  /**
   * Stores the sums of vectors 0 to LANES - 1, in this order: two vectors become one that holds the
   * half sums of both, until one holds a whole sum in each lane.
   *
   * @param vectors one after another from the array's start; overwritten
   */
  static void store(float[] vectors, float[] sums, int at) {
    if (LANES > 8) {
      halve(vectors, 8, SECOND8, SWAP8);
    }
    if (LANES > 4) {
      halve(vectors, 4, SECOND4, SWAP4);
    }
    if (LANES > 2) {
      halve(vectors, 2, SECOND2, SWAP2);
    }
    halve(vectors, 1, SECOND1, SWAP1);
    FloatVector.fromArray(SPECIES, vectors, 0).intoArray(sums, at);
  }

  /** Vectors 0 to 2 · count - 1 become 0 to count - 1. */
  private static void halve(
      float[] vectors, int count, VectorMask<Float> second, VectorShuffle<Float> swap) {
    for (int i = 0; i < count; i++) {
      FloatVector a = FloatVector.fromArray(SPECIES, vectors, i * LANES);
      FloatVector b = FloatVector.fromArray(SPECIES, vectors, (i + count) * LANES);
      a.blend(b, second).add(b.blend(a, second).rearrange(swap)).intoArray(vectors, i * LANES);
    }
  }
}
