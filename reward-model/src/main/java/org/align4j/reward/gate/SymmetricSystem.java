package org.align4j.reward.gate;

import java.util.stream.IntStream;

/** Solves (G + λ I) u = b in double precision by Cholesky's decomposition. */
final class SymmetricSystem {
  /** Rows of a scatter matrix that a thread sums at a time: they stay in its cache. */
  private static final int BLOCK = 32;

  private final double[][] lower;

  /**
   * Decomposes G + λ I.
   *
   * @param lower the lower triangle of G, row i with its first i + 1 values; is overwritten
   * @param lambda &gt; 0, so that the matrix is positive definite
   */
  SymmetricSystem(double[][] lower, double lambda) {
    this.lower = lower;
    for (int i = 0; i < lower.length; i++) {
      lower[i][i] += lambda;
    }
    decompose(lower);
  }

  /** The lower triangle of M Mᵀ, row i with its first i + 1 values. */
  static double[][] gram(double[][] m) {
    double[][] out = triangle(m.length);
    IntStream.range(0, m.length)
        .parallel()
        .forEach(
            i -> {
              for (int j = 0; j <= i; j++) {
                out[i][j] = dot(m[i], m[j], m[i].length);
              }
            });
    return out;
  }

  /** The lower triangle of Mᵀ M, row i with its first i + 1 values. */
  static double[][] scatter(double[][] m) {
    double[][] out = triangle(m[0].length);
    IntStream.range(0, (out.length + BLOCK - 1) / BLOCK)
        .parallel()
        .forEach(
            block -> {
              int end = Math.min(out.length, (block + 1) * BLOCK);
              for (double[] row : m) {
                for (int i = block * BLOCK; i < end; i++) {
                  Vectors.addScaled(row[i], row, out[i]);
                }
              }
            });
    return out;
  }

  private static double[][] triangle(int n) {
    return IntStream.rangeClosed(1, n).mapToObj(double[]::new).toArray(double[][]::new);
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

  /** The solution for a right-hand side. */
  double[] solve(double[] b) {
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
