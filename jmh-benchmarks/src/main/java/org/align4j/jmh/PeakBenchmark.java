package org.align4j.jmh;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the machine can do in the same run: the roofline of the others. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PeakBenchmark implements Counted {
  private static final int SIZE = 1536;
  private static final int STREAM_ROWS = 16_384;
  private static final int STREAM_COLUMNS = 2048;

  private Backend backend;
  private Tensor a;
  private Tensor b;
  private Tensor c;
  private PackedMatrix packed;
  private Tensor x;
  private Tensor y;

  /** Fills the operands; the stream's are larger than the caches. */
  @Setup
  public void prepare() {
    backend = Backends.named("vector");
    a = RandomTensors.gaussian(SIZE, SIZE, 1);
    b = RandomTensors.gaussian(SIZE, SIZE, 2);
    c = Tensor.zeros(SIZE, SIZE);
    packed = backend.pack(b);
    x = written();
    y = written();
  }

  /** The system maps all pages that were never written to a single one, which stays in cache. */
  private static Tensor written() {
    Tensor tensor = Tensor.zeros(STREAM_ROWS, STREAM_COLUMNS);
    float[] row = new float[STREAM_COLUMNS];
    Arrays.fill(row, 1);
    for (int r = 0; r < STREAM_ROWS; r++) {
      tensor.writeRow(r, row, 0);
    }
    return tensor;
  }

  @Override
  public Work work(String method) {
    return switch (method) {
      case "stream" -> Work.moving(3.0 * STREAM_ROWS * STREAM_COLUMNS);
      case "read" -> Work.moving((double) STREAM_ROWS * STREAM_COLUMNS);
      default -> Work.product(SIZE, SIZE, SIZE);
    };
  }

  /** A square product by OpenBLAS. */
  @Benchmark
  public Tensor gemm() {
    backend.gemm(false, true, 1, a, b, 0, c);
    return c;
  }

  /** The same with the packed weight. */
  @Benchmark
  public Tensor gemmPacked() {
    packed.multiply(a, c);
    return c;
  }

  /** Σ x², which writes nothing, as a product with one row hardly does. */
  @Benchmark
  public double read() {
    return backend.sumOfSquares(x);
  }

  /** y += x. */
  @Benchmark
  public Tensor stream() {
    backend.add(x, y);
    return y;
  }
}
