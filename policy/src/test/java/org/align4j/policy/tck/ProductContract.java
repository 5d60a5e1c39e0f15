package org.align4j.policy.tck;

import static org.align4j.policy.tck.Oracle.SCALAR;
import static org.align4j.policy.tck.Oracle.close;
import static org.align4j.policy.tck.Oracle.same;
import static org.align4j.policy.tck.StridedTensors.random;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Matrix products, plain and with packed weights, at odd sizes and on views. */
interface ProductContract {

  /** The backend under test. */
  Backend backend();

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  default void gemm(int n) {
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        Tensor a = transposeA ? random(19, 7, 1) : random(7, 19, 1);
        Tensor b = transposeB ? random(n, 19, 2) : random(19, n, 2);
        same(
            backend(),
            random(7, n, 3),
            1e-5,
            (op, c) -> op.gemm(transposeA, transposeB, 0.5f, a, b, 2, c));
        same(
            backend(),
            random(7, n, 3),
            1e-5,
            (op, c) -> op.gemm(transposeA, transposeB, 1, a, b, 0, c));
      }
    }
  }

  /** Few columns and many rows or terms, as in an adapter's gradients. */
  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  default void thinGemm(int n) {
    for (int[] size : new int[][] {{517, 45}, {133, 700}}) {
      for (int transposed = 0; transposed < 4; transposed++) {
        boolean transposeA = transposed % 2 == 1;
        boolean transposeB = transposed / 2 == 1;
        int m = size[0];
        int k = size[1];
        Tensor a = transposeA ? random(k, m, 1) : random(m, k, 1);
        Tensor b = transposeB ? random(n, k, 2) : random(k, n, 2);
        for (float beta : new float[] {0, 1}) {
          same(
              backend(),
              random(m, n, 3),
              1e-4,
              (op, c) -> op.gemm(transposeA, transposeB, 0.5f, a, b, beta, c));
        }
      }
    }
  }

  /** Few rows against many, as in decoding. */
  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  default void skinnyGemm(int rows) {
    Tensor x = random(rows, 45, 30);
    Tensor w = random(203, 45, 31);
    same(backend(), random(rows, 203, 32), 1e-5, (op, c) -> op.gemm(false, true, 1, x, w, 0, c));
  }

  /** A packed weight is a copy; row counts cross the tiles of the kernels. */
  @Test
  default void packedProduct() {
    for (int rows : new int[] {1, 2, 3, 8, 11, 16, 29}) {
      for (int outputs : new int[] {1, 31, 64, 203}) {
        Tensor x = random(rows, 45, 30);
        Tensor w = random(outputs, 45, 31);
        Tensor expected = Tensor.zeros(rows, outputs);
        SCALAR.gemm(false, true, 1, x, w, 0, expected);
        PackedMatrix packed = backend().pack(w);
        PackedMatrix forSingleRows = backend().packForSingleRows(w);
        backend().scale(0, w);
        for (PackedMatrix matrix : List.of(packed, forSingleRows)) {
          Tensor got = random(rows, outputs, 32);
          matrix.multiply(x, got);
          close(expected, got, 1e-5);
        }
      }
    }
  }

  /** The way back, at depths around the kernels' blocks. */
  @Test
  default void packedTransposedProduct() {
    for (int depth : new int[] {5, 768, 1000}) {
      for (int columns : new int[] {95, 96, 131}) {
        Tensor d = random(7, depth, 33);
        Tensor w = random(depth, columns, 34);
        Tensor expected = Tensor.zeros(7, columns);
        SCALAR.gemm(false, false, 1, d, w, 0, expected);
        PackedMatrix packed = backend().packTransposed(w);
        backend().scale(0, w);
        Tensor got = random(7, columns, 35);
        packed.multiply(d, got);
        // Sums of a thousand terms are some thirty in size.
        close(expected, got, 1e-4);
      }
    }
  }

  @Test
  default void gemmNamesTheShapesThatDoNotFit() {
    Tensor a = random(2, 3, 1);
    Tensor b = random(4, 5, 2);
    Tensor c = random(2, 5, 3);
    assertThatThrownBy(() -> backend().gemm(false, false, 1, a, b, 0, c))
        .hasMessage("gemm: op(A) is [2, 3], op(B) is [4, 5], C is [2, 5]");
  }
}
