package org.align4j.reward.gate;

/** Arithmetic of vectors of equal length in float32, always in the same order. */
final class FloatVectors {
  private static final int LANES = 8;

  private FloatVectors() {}

  static float dot(float[] a, float[] b) {
    // Eight sums, or each addition would wait for the one before.
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int i = 0;
    for (; i + LANES <= a.length; i += LANES) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
      s4 += a[i + 4] * b[i + 4];
      s5 += a[i + 5] * b[i + 5];
      s6 += a[i + 6] * b[i + 6];
      s7 += a[i + 7] * b[i + 7];
    }
    for (; i < a.length; i++) {
      s0 += a[i] * b[i];
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  /** Adds a multiple of a vector to another. */
  static void addScaled(float factor, float[] vector, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * vector[i];
    }
  }

  static double norm(float[] vector) {
    return Math.sqrt(dot(vector, vector));
  }
}
