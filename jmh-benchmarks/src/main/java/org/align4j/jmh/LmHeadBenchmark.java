package org.align4j.jmh;

import java.util.concurrent.TimeUnit;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
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

/** The head of SmolLM2: product with the embedding, log-softmax and gather. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class LmHeadBenchmark implements Counted {
  private static final int HIDDEN = 576;

  @Param({"256", "512"})
  int tokens;

  @Param({"49152"})
  int vocabulary;

  @Param({"vector"})
  String backend;

  private Backend operations;
  private Tensor hidden;
  private Tensor weight;
  private Tensor logits;
  private TokenStats stats;
  private int[] targets;

  /** Fills the operands. */
  @Setup
  public void prepare() {
    operations = Backends.named(backend);
    hidden = RandomTensors.gaussian(tokens, HIDDEN, 1);
    weight = RandomTensors.gaussian(vocabulary, HIDDEN, 2);
    logits = Tensor.zeros(tokens, vocabulary);
    stats = TokenStats.zeros(tokens);
    targets = new int[tokens];
  }

  @Override
  public Work work(String method) {
    return Work.product(tokens, vocabulary, HIDDEN);
  }

  /** The product alone. */
  @Benchmark
  public Tensor product() {
    operations.gemm(false, true, 1, hidden, weight, 0, logits);
    return logits;
  }

  /** The product with softmax and statistics. */
  @Benchmark
  public TokenStats productAndSoftmax() {
    operations.gemm(false, true, 1, hidden, weight, 0, logits);
    operations.softmax(logits, targets, stats, 0);
    return stats;
  }
}
