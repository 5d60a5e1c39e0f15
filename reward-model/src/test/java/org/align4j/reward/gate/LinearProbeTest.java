package org.align4j.reward.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The closed form against the normal equations solved by Gauss's elimination. */
class LinearProbeTest {

  private static double[][] random(int rows, int columns, long seed) {
    Random random = new Random(seed);
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      for (int j = 0; j < columns; j++) {
        row[j] = 3 + 2 * random.nextGaussian();
      }
    }
    return out;
  }

  /** Fewer rows than features, as many, more: both systems are solved. */
  @ParameterizedTest
  @CsvSource({"5,9,0.7", "7,7,0.1", "23,6,2", "1,3,1", "3,1,0.5"})
  void ridgeSolvesTheNormalEquations(int rows, int columns, double penalty) {
    double[][] a = random(rows, columns, rows);
    double[] b = random(1, rows, 2)[0];
    assertThat(LinearProbe.ridge(a, b, penalty))
        .containsExactly(bruteForce(a, b, penalty), within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({"6,10", "30,4"})
  void weightedRowsAreStandardisedFirst(int rows, int columns) {
    double[][] x = random(rows, columns, 4);
    double[] targets = new double[rows];
    double[] rowWeights = random(1, rows, 6)[0];
    double[][] a = new double[rows][columns];
    double[] b = new double[rows];
    for (int i = 0; i < rows; i++) {
      targets[i] = i % 2 == 0 ? 1 : -1;
      rowWeights[i] = Math.abs(rowWeights[i]);
      b[i] = targets[i] * Math.sqrt(rowWeights[i]);
    }
    for (int j = 0; j < columns; j++) {
      double mean = 0;
      double squares = 0;
      for (double[] row : x) {
        mean += row[j] / rows;
        squares += row[j] * row[j] / rows;
      }
      for (int i = 0; i < rows; i++) {
        double deviation = Math.sqrt(squares - mean * mean) + 1e-6;
        a[i][j] = (x[i][j] - mean) / deviation * Math.sqrt(rowWeights[i]);
      }
    }
    LinearProbe probe = LinearProbe.fit(x, targets, rowWeights, 1.5);
    double[] expected = bruteForce(a, b, 1.5);
    assertThat(probe.weights()).containsExactly(expected, within(1e-9));
    double score = 0;
    for (int j = 0; j < columns; j++) {
      score += a[1][j] / Math.sqrt(rowWeights[1]) * expected[j];
    }
    assertThat(probe.score(x[1])).isCloseTo(score, within(1e-9));
  }

  /** A feature that is the same everywhere says nothing and breaks nothing. */
  @ParameterizedTest
  @CsvSource({"3,5", "9,2"})
  void aConstantFeatureGetsNoWeight(int rows, int columns) {
    double[][] x = random(rows, columns, 1);
    double[] ones = new double[rows];
    for (int i = 0; i < rows; i++) {
      x[i][0] = 4;
      ones[i] = 1;
    }
    LinearProbe probe = LinearProbe.fit(x, random(1, rows, 2)[0], ones, 1);
    assertThat(probe.weights()[0]).isCloseTo(0, within(1e-9));
    assertThat(probe.weights()[1]).isNotCloseTo(0, within(1e-9));
  }

  /** (AᵀA + λI) v = Aᵀb by elimination with pivots. */
  private static double[] bruteForce(double[][] a, double[] b, double penalty) {
    int n = a[0].length;
    double[][] m = new double[n][n + 1];
    for (int i = 0; i < n; i++) {
      m[i][i] = penalty;
      for (int r = 0; r < a.length; r++) {
        for (int j = 0; j < n; j++) {
          m[i][j] += a[r][i] * a[r][j];
        }
        m[i][n] += a[r][i] * b[r];
      }
    }
    for (int c = 0; c < n; c++) {
      int pivot = c;
      for (int i = c + 1; i < n; i++) {
        pivot = Math.abs(m[i][c]) > Math.abs(m[pivot][c]) ? i : pivot;
      }
      double[] row = m[pivot];
      m[pivot] = m[c];
      m[c] = row;
      for (int i = 0; i < n; i++) {
        if (i != c) {
          double factor = m[i][c] / m[c][c];
          for (int j = c; j <= n; j++) {
            m[i][j] -= factor * m[c][j];
          }
        }
      }
    }
    double[] out = new double[n];
    for (int i = 0; i < n; i++) {
      out[i] = m[i][n] / m[i][i];
    }
    return out;
  }
}
