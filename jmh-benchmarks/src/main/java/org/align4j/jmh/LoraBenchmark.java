package org.align4j.jmh;

import java.util.concurrent.TimeUnit;
import org.align4j.policy.backend.AdamStep;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
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

/** An adapter's thin products beside the feed-forward layer's, and AdamW on a whole adapter. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LoraBenchmark implements Counted {
  private static final int INPUTS = 576;
  private static final int OUTPUTS = 3072;

  /** Parameters of rank 16 on all linear layers of SmolLM2-135M. */
  private static final int ADAPTER = 4_884_480;

  @Param({"256", "1024"})
  int tokens;

  @Param({"16"})
  int rank;

  @Param({"vector"})
  String backend;

  private Backend operations;
  private Tensor x;
  private Tensor a;
  private Tensor b;
  private Tensor inner;
  private Tensor out;
  private Tensor dInner;
  private Tensor dA;
  private Tensor dB;
  private Tensor dX;
  private Tensor[] adapter;
  private long step;

  /** Fills the operands. */
  @Setup
  public void prepare() {
    operations = Backends.named(backend);
    x = RandomTensors.gaussian(tokens, INPUTS, 1);
    a = RandomTensors.gaussian(rank, INPUTS, 2);
    b = RandomTensors.gaussian(OUTPUTS, rank, 3);
    inner = Tensor.zeros(tokens, rank);
    out = RandomTensors.gaussian(tokens, OUTPUTS, 4);
    dInner = Tensor.zeros(tokens, rank);
    dA = Tensor.zeros(rank, INPUTS);
    dB = Tensor.zeros(OUTPUTS, rank);
    dX = Tensor.zeros(tokens, INPUTS);
    adapter = new Tensor[4];
    for (int i = 0; i < adapter.length; i++) {
      adapter[i] = Tensor.zeros(ADAPTER / INPUTS, INPUTS);
    }
  }

  @Override
  public Work work(String method) {
    Work forward = Work.product(tokens, rank, INPUTS).plus(Work.product(tokens, OUTPUTS, rank));
    return switch (method) {
      case "forward" -> forward;
      case "backward" -> forward.plus(forward);
      case "adamW" -> Work.moving(7.0 * ADAPTER);
      default -> throw new IllegalArgumentException(method);
    };
  }

  /** out += x Aᵀ Bᵀ. */
  @Benchmark
  public Tensor forward() {
    operations.gemm(false, true, 1, x, a, 0, inner);
    operations.gemm(false, true, 2, inner, b, 1, out);
    return out;
  }

  /** Gradients of A, B and x. */
  @Benchmark
  public Tensor backward() {
    operations.gemm(true, false, 2, out, inner, 0, dB);
    operations.gemm(false, false, 2, out, b, 0, dInner);
    operations.gemm(true, false, 1, dInner, x, 0, dA);
    operations.gemm(false, false, 1, dInner, a, 1, dX);
    return dX;
  }

  /** One optimizer step. */
  @Benchmark
  public Tensor adamW() {
    AdamStep now = new AdamStep(1e-4, 0.9, 0.999, 1e-8, 0, ++step);
    operations.adamW(adapter[0], adapter[1], adapter[2], adapter[3], now);
    return adapter[0];
  }
}
