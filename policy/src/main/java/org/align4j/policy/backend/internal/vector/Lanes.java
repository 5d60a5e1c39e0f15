package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential of every lane, which gives the same bits whether the JVM interprets or has
 * compiled it. The JVM's own does not, and a resumed run must end exactly where an uninterrupted
 * one does.
 */
final class Lanes {
  private static final float LOG2_E = 1.44269504f;

  /** ln 2 in two parts; the first has so few bits that its multiples are exact. */
  private static final float LN2_HIGH = 0.693359375f;

  private static final float LN2_LOW = -2.12194440e-4f;

  /** Adding 1.5 · 2²³ rounds to an integer and leaves it in the lowest bits. */
  private static final float ROUND = 12582912f;

  private static final int MANTISSA_BITS = 23;

  /** Beyond these the exponent leaves its range; what is clamped is 0 or infinite for any use. */
  private static final float LOWEST = -86.5f;

  private static final float HIGHEST = 88f;

  private Lanes() {}

  /**
   * eˣ = 2ⁿ · eʳ with |r| ≤ ln 2 / 2, eʳ by its series to r⁷/7!, which leaves out less than 1e-8.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector clamped = x.max(LOWEST).min(HIGHEST);
    FloatVector rounded = clamped.fma(all(LOG2_E), all(ROUND));
    FloatVector n = rounded.sub(ROUND);
    FloatVector r = n.fma(all(-LN2_LOW), n.fma(all(-LN2_HIGH), clamped));
    FloatVector e = all(1f / 5040).fma(r, all(1f / 720));
    e = e.fma(r, all(1f / 120));
    e = e.fma(r, all(1f / 24));
    e = e.fma(r, all(1f / 6));
    e = e.fma(r, all(0.5f));
    e = e.fma(r, all(1));
    e = e.fma(r, all(1));
    IntVector power = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, MANTISSA_BITS);
    return e.reinterpretAsInts().add(power).reinterpretAsFloats();
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
