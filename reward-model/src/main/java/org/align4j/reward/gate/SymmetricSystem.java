package org.align4j.reward.gate;

import java.util.stream.IntStream;

/** Solves (M Mᵀ + λ I) u = b in double precision by Cholesky's decomposition. */
final class SymmetricSystem {
  private SymmetricSystem() {}

  /**
   * The solution.
   *
   * @param m n rows of equal length
   * @param lambda &gt; 0, so that the matrix is positive definite
   * @param b n values
   * @return n values
   */
  static double[] solve(double[][] m, double lambda, double[] b) {
    return solveLower(gram(m), lambda, b);
  }

  /**
   * The solution of (G + λ I) u = b.
   *
   * @param lower the lower triangle of G, row i with its first i + 1 values; is overwritten
   */
  static double[] solveLower(double[][] lower, double lambda, double[] b) {
    for (int i = 0; i < lower.length; i++) {
      lower[i][i] += lambda;
    }
    decompose(lower);
    return substitute(lower, b);
  }

  /** The lower triangle of M Mᵀ, row i with its first i + 1 values. */
  static double[][] gram(double[][] m) {
    double[][] out = new double[m.length][];
    IntStream.range(0, m.length)
        .parallel()
        .forEach(
            i -> {
              out[i] = new double[i + 1];
              for (int j = 0; j <= i; j++) {
                out[i][j] = dot(m[i], m[j], m[i].length);
              }
            });
    return out;
  }

  /** Replaces A by L with A = L Lᵀ. */
  private static void decompose(double[][] a) {
    for (int j = 0; j < a.length; j++) {
      int column = j;
      a[j][j] = Math.sqrt(a[j][j] - dot(a[j], a[j], j));
      IntStream.range(j + 1, a.length)
          .parallel()
          .forEach(
              i ->
                  a[i][column] = (a[i][column] - dot(a[i], a[column], column)) / a[column][column]);
    }
  }

  private static double[] substitute(double[][] lower, double[] b) {
    double[] x = b.clone();
    for (int i = 0; i < x.length; i++) {
      x[i] = (x[i] - dot(lower[i], x, i)) / lower[i][i];
    }
    for (int i = x.length - 1; i >= 0; i--) {
      x[i] /= lower[i][i];
      for (int j = 0; j < i; j++) {
        x[j] -= lower[i][j] * x[i];
      }
    }
    return x;
  }

  /** The inner product of the first {@code n} values. */
  static double dot(double[] a, double[] b, int n) {
    // Four sums: one alone would wait for each addition.
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 4 <= n; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < n; i++) {
      s0 += a[i] * b[i];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
