package org.align4j.policy.tck;

import java.util.Random;
import org.align4j.policy.backend.Tensor;

/** Random tensors whose rows have gaps between them: kernels must honour the stride. */
public final class StridedTensors {
  private StridedTensors() {}

  /** A view of a wider tensor of normal deviates. */
  public static Tensor random(int rows, int columns, long seed) {
    Random random = new Random(seed);
    Tensor wide = Tensor.zeros(rows, columns + 3);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns + 3; j++) {
        wide.set(r, j, (float) random.nextGaussian());
      }
    }
    return wide.columns(2, columns);
  }
}
