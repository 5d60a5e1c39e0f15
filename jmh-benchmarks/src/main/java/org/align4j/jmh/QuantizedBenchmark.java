package org.align4j.jmh;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.QuantizedRow;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;
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
 * A layer's widest product with a weight in the integers of a quantised file, as a single sequence
 * is decoded. There are so many layers that they come from memory, as in a model.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx4g"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class QuantizedBenchmark implements Counted {
  private static final int HIDDEN = 576;
  private static final int OUTPUTS = 3072;
  private static final int LAYERS = 60;
  private static final int RUN = 32;

  @Param({"1", "8"})
  int rows;

  @Param({"4", "8"})
  int bits;

  private final PackedMatrix[] packed = new PackedMatrix[LAYERS];
  private Tensor x;
  private Tensor out;
  private int layer;

  private record RandomWeight(int bits) implements QuantizedWeight {
    @Override
    public int outputs() {
      return OUTPUTS;
    }

    @Override
    public int inputs() {
      return HIDDEN;
    }

    @Override
    public int run() {
      return RUN;
    }

    @Override
    public void read(int output, QuantizedRow row) {
      Random random = new Random(output);
      for (int k = 0; k < HIDDEN; k++) {
        row.integers()[k] = (byte) random.nextInt(1 << (bits - 1));
      }
      row.scale(0, HIDDEN, 1f / (1 << bits), -0.5f);
    }
  }

  /** Fills the operands. */
  @Setup
  public void prepare() {
    Backend operations = Backends.named("vector");
    x = RandomTensors.gaussian(rows, HIDDEN, 1);
    out = Tensor.zeros(rows, OUTPUTS);
    for (int i = 0; i < LAYERS; i++) {
      packed[i] = operations.packQuantized(new RandomWeight(bits));
    }
  }

  /** The weight's integers, with a scale and an offset for every run, are read once. */
  @Override
  public Work work(String method) {
    double weights = (double) OUTPUTS * HIDDEN;
    double bytes = weights * bits / Byte.SIZE + weights / RUN * 2 * Float.BYTES;
    return new Work(2 * rows * weights, bytes);
  }

  /** Forward. */
  @Benchmark
  public Tensor forward() {
    layer = (layer + 1) % LAYERS;
    packed[layer].multiply(x, out);
    return out;
  }
}
