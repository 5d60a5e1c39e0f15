package org.align4j.jmh;

import java.util.Random;
import org.align4j.policy.backend.Tensor;

/** Operands for benchmarks. */
final class RandomTensors {
  private RandomTensors() {}

  static Tensor gaussian(int rows, int columns, long seed) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.zeros(rows, columns);
    float[] row = new float[columns];
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        row[j] = (float) random.nextGaussian();
      }
      tensor.writeRow(r, row, 0);
    }
    return tensor;
  }
}
