package org.align4j.jmh;

import java.util.concurrent.TimeUnit;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Blas;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A layer's widest product forward (x·Wᵀ) and back (d·W), our kernels beside the OpenBLAS that
 * ships with ND4J. There are so many layers that the weights come from memory, as in a model.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Xmx4g"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ProductBenchmark implements Counted {
  private static final int HIDDEN = 576;
  private static final int OUTPUTS = 3072;
  private static final int LAYERS = 30;

  @Param({"1", "16", "64", "512"})
  int rows;

  private final Tensor[] weights = new Tensor[LAYERS];
  private final PackedMatrix[] packed = new PackedMatrix[LAYERS];
  private final PackedMatrix[] packedBack = new PackedMatrix[LAYERS];
  private Tensor x;
  private Tensor d;
  private Tensor out;
  private Tensor dX;
  private int layer;

  /** Fills the operands. */
  @Setup
  public void prepare() {
    Backend operations = Backends.named("vector");
    x = RandomTensors.gaussian(rows, HIDDEN, 1);
    d = RandomTensors.gaussian(rows, OUTPUTS, 2);
    out = Tensor.zeros(rows, OUTPUTS);
    dX = Tensor.zeros(rows, HIDDEN);
    for (int i = 0; i < LAYERS; i++) {
      weights[i] = RandomTensors.gaussian(OUTPUTS, HIDDEN, 3);
      packed[i] = operations.pack(weights[i]);
      packedBack[i] = operations.packTransposed(weights[i]);
    }
  }

  @Override
  public Work work(String method) {
    return Work.product(rows, OUTPUTS, HIDDEN);
  }

  private int next() {
    layer = (layer + 1) % LAYERS;
    return layer;
  }

  /** Forward with the packed weight. */
  @Benchmark
  public Tensor forwardPacked() {
    packed[next()].multiply(x, out);
    return out;
  }

  /** Forward by OpenBLAS. */
  @Benchmark
  public Tensor forwardOpenBlas() {
    Blas.gemm(false, true, 1, x, weights[next()], 0, out);
    return out;
  }

  /** Backward with the packed weight. */
  @Benchmark
  public Tensor backwardPacked() {
    packedBack[next()].multiply(d, dX);
    return dX;
  }

  /** Backward by OpenBLAS. */
  @Benchmark
  public Tensor backwardOpenBlas() {
    Blas.gemm(false, false, 1, d, weights[next()], 0, dX);
    return dX;
  }
}
