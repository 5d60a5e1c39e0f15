package org.align4j.reward.gate;

import java.util.List;

/**
 * A linear function of standardised features: Σ weights · (features − mean) / scale.
 *
 * @param mean of each feature
 * @param scale what each is divided by, &gt; 0
 * @param weights of each
 */
record LinearProbe(double[] mean, double[] scale, double[] weights) {
  private static final double LEAST_SCALE = 1e-6;

  /**
   * Fits one by ridge regression with weighted rows: minimises Σ rowWeights · (target − score)² +
   * penalty · |weights|², without an intercept. Mean and standard deviation are those of the
   * unweighted rows.
   *
   * @param rows features, at least one row
   * @param targets one a row
   * @param rowWeights one a row, &ge; 0
   * @param penalty &gt; 0
   */
  static LinearProbe fit(double[][] rows, double[] targets, double[] rowWeights, double penalty) {
    double[] mean = mean(rows);
    double[] scale = scale(rows, mean);
    double[][] weighted = new double[rows.length][];
    double[] b = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      double root = Math.sqrt(rowWeights[i]);
      weighted[i] = standardised(rows[i], mean, scale);
      for (int j = 0; j < mean.length; j++) {
        weighted[i][j] *= root;
      }
      b[i] = targets[i] * root;
    }
    return new LinearProbe(mean, scale, ridge(weighted, b, penalty));
  }

  /**
   * (AᵀA + λI)⁻¹ Aᵀb, which is Aᵀ(AAᵀ + λI)⁻¹ b: the smaller of the two systems is solved.
   *
   * @param a rows of equal length
   */
  static double[] ridge(double[][] a, double[] b, double penalty) {
    return ridge(a, List.of(b), penalty).get(0);
  }

  /** The same for several b. */
  static List<double[]> ridge(double[][] a, List<double[]> targets, double penalty) {
    if (a.length < a[0].length) {
      SymmetricSystem system = new SymmetricSystem(SymmetricSystem.gram(a), penalty);
      return targets.stream().map(b -> combination(a, system.solve(b))).toList();
    }
    SymmetricSystem system = new SymmetricSystem(SymmetricSystem.scatter(a), penalty);
    return targets.stream().map(b -> system.solve(combination(a, b))).toList();
  }

  /** The features' factors in the score. */
  double[] direction() {
    return Vectors.quotient(weights, scale);
  }

  /** What the score adds to their product with the features. */
  double constant() {
    return -Vectors.dot(mean, direction());
  }

  /** The score of a row of features. */
  double score(double[] features) {
    return Vectors.dot(standardised(features, mean, scale), weights);
  }

  static double[] standardised(double[] row, double[] mean, double[] scale) {
    double[] out = new double[row.length];
    for (int j = 0; j < out.length; j++) {
      out[j] = (row[j] - mean[j]) / scale[j];
    }
    return out;
  }

  static double[] mean(double[][] rows) {
    double[] out = new double[rows[0].length];
    for (double[] row : rows) {
      for (int j = 0; j < out.length; j++) {
        out[j] += row[j];
      }
    }
    for (int j = 0; j < out.length; j++) {
      out[j] /= rows.length;
    }
    return out;
  }

  /** Standard deviations; features that never change must not be divided by zero. */
  static double[] scale(double[][] rows, double[] mean) {
    double[] out = new double[mean.length];
    for (double[] row : rows) {
      for (int j = 0; j < out.length; j++) {
        double off = row[j] - mean[j];
        out[j] += off * off / rows.length;
      }
    }
    for (int j = 0; j < out.length; j++) {
      out[j] = Math.sqrt(out[j]) + LEAST_SCALE;
    }
    return out;
  }

  /** Σ weight · row. */
  private static double[] combination(double[][] rows, double[] weights) {
    double[] out = new double[rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      Vectors.addScaled(weights[i], rows[i], out);
    }
    return out;
  }
}
