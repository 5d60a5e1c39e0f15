package org.align4j.policy.backend.internal;

import com.sun.jna.NativeLibrary;
import java.lang.ref.Reference;
import org.align4j.policy.backend.Library;
import org.align4j.policy.backend.Tensor;
import org.bytedeco.openblas.global.openblas;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Single-precision matrix products by the OpenBLAS that ships with ND4J, on raw pointers, or in
 * plain Java where it is not here.
 */
public final class Blas {
  private static final Logger LOG = LoggerFactory.getLogger(Blas.class);
  private static final String NAME = "OpenBLAS";

  private static final ThreadLocal<Operands> OPERANDS = ThreadLocal.withInitial(Operands::new);

  private static final class Operands {
    private final Address a = new Address();
    private final Address b = new Address();
    private final Address c = new Address();
  }

  private Blas() {}

  /** Whether OpenBLAS is here, and for which processor its kernels are. */
  public static Library library() {
    return Loaded.LIBRARY;
  }

  private static final class Loaded {
    static final Library LIBRARY = load();

    private static Library load() {
      Isa cap = Isa.cap();
      try {
        Isa.chooseOpenBlasKernels();
        openblas.blas_set_num_threads(Threads.COUNT);
        return new Library(NAME, true, describe(cap));
      } catch (LinkageError | RuntimeException e) {
        LOG.info("no OpenBLAS here ({}); plain Java takes its place", e.toString());
        return Library.absent(NAME, e);
      }
    }

    private static String describe(Isa cap) {
      String core;
      try {
        // The library is in the process already, under this name.
        NativeLibrary library = NativeLibrary.getInstance("libopenblas.so.0");
        core = library.getFunction("openblas_get_corename").invokeString(new Object[0], false);
      } catch (LinkageError e) {
        return openblas.OPENBLAS_VERSION.strip() + ", kernels unknown";
      }
      String late =
          cap.exceeds(core)
              ? "; " + Isa.PROPERTY + "=" + cap.label() + " came too late: it was loaded before"
              : "";
      return openblas.OPENBLAS_VERSION.strip()
          + ", "
          + core
          + " kernels, "
          + Threads.COUNT
          + " threads"
          + late;
    }
  }

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
    if (!Loaded.LIBRARY.present()) {
      PlainGemm.run(transposeA, transposeB, alpha, a, b, beta, c);
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
