package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.List;

/**
 * Sums over the standardised rows of a group's fold, from which ridge regressions on any choice of
 * groups and folds are solved without the rows.
 *
 * @param rows how many
 * @param gram lower triangle of Σ x xᵀ; zeros without rows
 * @param sum Σ x
 */
record FoldSums(int rows, double[][] gram, double[] sum) {

  static FoldSums of(List<double[]> rows, int features) {
    double[] sum = new double[features];
    for (double[] row : rows) {
      for (int j = 0; j < features; j++) {
        sum[j] += row[j];
      }
    }
    double[][] gram =
        rows.isEmpty()
            ? empty(features)
            : SymmetricSystem.gram(LinearProbe.transpose(rows.toArray(double[][]::new)));
    return new FoldSums(rows.size(), gram, sum);
  }

  private static double[][] empty(int features) {
    double[][] out = new double[features][];
    for (int i = 0; i < features; i++) {
      out[i] = new double[i + 1];
    }
    return out;
  }

  /** The sums over the rows of both. */
  FoldSums plus(FoldSums other) {
    int features = sum.length;
    double[][] grams = empty(features);
    for (int i = 0; i < features; i++) {
      for (int j = 0; j <= i; j++) {
        grams[i][j] = gram[i][j] + other.gram[i][j];
      }
    }
    return new FoldSums(rows + other.rows, grams, Vectors.sum(sum, other.sum));
  }

  /**
   * Weights of the ridge regression of 1 on some rows and -1 on others, both sides with half of the
   * weight, whose sum is the number of rows.
   */
  static double[] ridge(FoldSums positive, FoldSums negative, double penalty) {
    double total = positive.rows + negative.rows;
    double plus = total / (2.0 * positive.rows);
    double minus = total / (2.0 * negative.rows);
    int features = positive.sum.length;
    double[][] gram = empty(features);
    double[] target = new double[features];
    for (int i = 0; i < features; i++) {
      target[i] = plus * positive.sum[i] - minus * negative.sum[i];
      for (int j = 0; j <= i; j++) {
        gram[i][j] = plus * positive.gram[i][j] + minus * negative.gram[i][j];
      }
    }
    return SymmetricSystem.solveLower(gram, penalty, target);
  }

  /** One for each fold; row i is in fold i modulo their number. */
  static List<FoldSums> byFold(double[][] rows, int from, int to, int folds) {
    List<List<double[]>> parts = new ArrayList<>();
    for (int fold = 0; fold < folds; fold++) {
      parts.add(new ArrayList<>());
    }
    for (int i = from; i < to; i++) {
      parts.get(i % folds).add(rows[i]);
    }
    return parts.stream().map(part -> of(part, rows[0].length)).toList();
  }
}
