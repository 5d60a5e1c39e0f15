package org.align4j.policy.backend.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes around the blocks, on views, transposed either way. */
class PlainGemmTest {
  private static final Backend SCALAR = Backends.named("scalar");

  private static Tensor random(int rows, int columns, long seed) {
    Random random = new Random(seed);
    Tensor wide = Tensor.zeros(rows, columns + 3);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns + 3; j++) {
        wide.set(r, j, (float) random.nextGaussian());
      }
    }
    return wide.columns(2, columns);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 5, 9", "64, 256, 8", "65, 257, 11", "2, 40, 600"})
  void equalsSumsInDouble(int m, int n, int k) {
    for (int transposed = 0; transposed < 4; transposed++) {
      boolean transposeA = transposed % 2 == 1;
      boolean transposeB = transposed / 2 == 1;
      Tensor a = transposeA ? random(k, m, 1) : random(m, k, 1);
      Tensor b = transposeB ? random(n, k, 2) : random(k, n, 2);
      for (float beta : new float[] {0, 1, -0.5f}) {
        Tensor want = random(m, n, 3);
        Tensor have = random(m, n, 3);
        if (beta == 0) {
          have.set(0, 0, Float.NaN);
        }
        SCALAR.gemm(transposeA, transposeB, 0.7f, a, b, beta, want);
        PlainGemm.run(transposeA, transposeB, 0.7f, a, b, beta, have);
        assertThat(have.toArray()).containsExactly(want.toArray(), within(1e-4f));
      }
    }
  }
}
