package org.align4j.policy.backend.internal;

import java.lang.ref.Reference;
import org.align4j.policy.backend.Tensor;
import org.bytedeco.openblas.global.openblas;

/** Single-precision matrix products by the OpenBLAS that ships with ND4J, on raw pointers. */
public final class Blas {
  static {
    openblas.blas_set_num_threads(Threads.COUNT);
  }

  private static final ThreadLocal<Operands> OPERANDS = ThreadLocal.withInitial(Operands::new);

  private static final class Operands {
    private final Address a = new Address();
    private final Address b = new Address();
    private final Address c = new Address();
  }

  private Blas() {}

  /** C = alpha · op(A) · op(B) + beta · C, row-major with leading dimensions, so views work. */
  public static void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    int m = c.rows();
    int n = c.columns();
    int k = transposeA ? a.rows() : a.columns();
    checkShapes(transposeA, transposeB, a, b, c);
    if (m == 0 || n == 0) {
      return;
    }
    Operands operands = OPERANDS.get();
    try {
      openblas.cblas_sgemm(
          openblas.CblasRowMajor,
          transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
          transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
          m,
          n,
          k,
          alpha,
          operands.a.at(a.address()),
          a.stride(),
          operands.b.at(b.address()),
          b.stride(),
          beta,
          operands.c.at(c.address()),
          c.stride());
    } finally {
      Reference.reachabilityFence(a);
      Reference.reachabilityFence(b);
      Reference.reachabilityFence(c);
    }
  }

  /** Rejects operands whose shapes do not fit. */
  public static void checkShapes(
      boolean transposeA, boolean transposeB, Tensor a, Tensor b, Tensor c) {
    int m = transposeA ? a.columns() : a.rows();
    int k = transposeA ? a.rows() : a.columns();
    int kB = transposeB ? b.columns() : b.rows();
    int n = transposeB ? b.rows() : b.columns();
    if (k != kB || c.rows() != m || c.columns() != n) {
      throw new IllegalArgumentException(
          "gemm: op(A) is ["
              + m
              + ", "
              + k
              + "], op(B) is ["
              + kB
              + ", "
              + n
              + "], C is "
              + c.shape());
    }
  }
}
