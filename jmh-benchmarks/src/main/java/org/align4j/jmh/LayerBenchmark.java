package org.align4j.jmh;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.RopeConfig;
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

/** The operations of a layer that are bound by memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LayerBenchmark implements Counted {
  private static final int HEAD = 64;

  @Param({"256", "1024"})
  int tokens;

  @Param({"576"})
  int hidden;

  @Param({"1536"})
  int feedForward;

  @Param({"vector"})
  String backend;

  private Backend operations;
  private Tensor x;
  private Tensor weight;
  private Tensor out;
  private Tensor inverseRms;
  private Tensor dX;
  private Tensor gate;
  private Tensor up;
  private Tensor activated;
  private Tensor dGate;
  private Tensor dUp;
  private RotaryTable rotary;
  private int[] positions;

  /** Fills the operands. */
  @Setup
  public void prepare() {
    operations = Backends.named(backend);
    x = RandomTensors.gaussian(tokens, hidden, 1);
    weight = RandomTensors.gaussian(1, hidden, 2);
    out = Tensor.zeros(tokens, hidden);
    inverseRms = Tensor.zeros(tokens, 1);
    dX = Tensor.zeros(tokens, hidden);
    gate = RandomTensors.gaussian(tokens, feedForward, 3);
    up = RandomTensors.gaussian(tokens, feedForward, 4);
    activated = Tensor.zeros(tokens, feedForward);
    dGate = Tensor.zeros(tokens, feedForward);
    dUp = Tensor.zeros(tokens, feedForward);
    positions = IntStream.range(0, tokens).toArray();
    rotary = RotaryTable.of(RopeConfig.plain(10_000).inverseFrequencies(HEAD), tokens);
    operations.rmsNorm(x, weight, 1e-5f, out, inverseRms);
  }

  @Override
  public Work work(String method) {
    double rows = tokens;
    return switch (method) {
      case "rmsNorm" -> Work.moving(2 * rows * hidden);
      case "rmsNormBackward" -> Work.moving(4 * rows * hidden);
      case "rotate" -> Work.moving(2 * rows * hidden);
      case "swiGlu" -> Work.moving(3 * rows * feedForward);
      case "swiGluBackward" -> Work.moving(5 * rows * feedForward);
      default -> throw new IllegalArgumentException(method);
    };
  }

  /** RMSNorm. */
  @Benchmark
  public Tensor rmsNorm() {
    operations.rmsNorm(x, weight, 1e-5f, out, inverseRms);
    return out;
  }

  /** Its gradient. */
  @Benchmark
  public Tensor rmsNormBackward() {
    operations.rmsNormBackward(out, x, weight, inverseRms, dX, null);
    return dX;
  }

  /** Rotary embedding of a row of heads. */
  @Benchmark
  public Tensor rotate() {
    operations.rotate(out, HEAD, positions, rotary, false);
    return out;
  }

  /** SwiGLU. */
  @Benchmark
  public Tensor swiGlu() {
    operations.swiGlu(gate, up, activated);
    return activated;
  }

  /** Its gradient. */
  @Benchmark
  public Tensor swiGluBackward() {
    operations.swiGluBackward(activated, gate, up, dGate, dUp);
    return dUp;
  }
}
