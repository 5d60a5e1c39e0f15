package org.align4j.policy.backend.internal.vector;

/** The upper half of a float32. */
final class BFloat16 {
  /** The bits of the upper half. */
  static final int UPPER = 0xffff0000;

  private BFloat16() {}

  /**
   * The bits of a value, rounded to the nearest, to even in the middle; the upper half is the
   * result.
   */
  static int rounded(float value) {
    int bits = Float.floatToRawIntBits(value);
    return bits + 0x7fff + (bits >>> 16 & 1);
  }

  /** Two values in one number: the first in its lower half. */
  static int pair(float first, float second) {
    return rounded(first) >>> 16 | rounded(second) & UPPER;
  }

  /** Rounds values in place. */
  static void round(float[] values, int count) {
    for (int i = 0; i < count; i++) {
      values[i] = Float.intBitsToFloat(rounded(values[i]) & UPPER);
    }
  }
}
