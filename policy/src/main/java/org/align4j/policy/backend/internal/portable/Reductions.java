package org.align4j.policy.backend.internal.portable;

/**
 * Sums and maxima in several accumulators, since a processor starts an addition before the last
 * ends.
 */
final class Reductions {
  private Reductions() {}

  /** Σ a·b over n elements. */
  static double dot(float[] a, int aAt, float[] b, int bAt, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 4 <= n; i += 4) {
      s0 += (double) a[aAt + i] * b[bAt + i];
      s1 += (double) a[aAt + i + 1] * b[bAt + i + 1];
      s2 += (double) a[aAt + i + 2] * b[bAt + i + 2];
      s3 += (double) a[aAt + i + 3] * b[bAt + i + 3];
    }
    for (; i < n; i++) {
      s0 += (double) a[aAt + i] * b[bAt + i];
    }
    return s0 + s1 + (s2 + s3);
  }

  /** Σ x over n elements. */
  static double sum(float[] x, int at, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 4 <= n; i += 4) {
      s0 += x[at + i];
      s1 += x[at + i + 1];
      s2 += x[at + i + 2];
      s3 += x[at + i + 3];
    }
    for (; i < n; i++) {
      s0 += x[at + i];
    }
    return s0 + s1 + (s2 + s3);
  }

  /** The largest of n elements, leaving out NaN. */
  static float max(float[] x, int at, int n) {
    float m0 = Float.NEGATIVE_INFINITY;
    float m1 = m0;
    int i = 0;
    for (; i + 2 <= n; i += 2) {
      m0 = x[at + i] > m0 ? x[at + i] : m0;
      m1 = x[at + i + 1] > m1 ? x[at + i + 1] : m1;
    }
    if (i < n && x[at + i] > m0) {
      m0 = x[at + i];
    }
    return Math.max(m0, m1);
  }
}
