package org.align4j.jmh;

import java.util.concurrent.TimeUnit;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.PackedMatrix;
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
  private static final int CHUNK = 256;

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
  private PackedMatrix packed;
  private PackedMatrix packedBack;
  private Tensor directions;
  private Tensor means;

  /** Fills the operands. */
  @Setup
  public void prepare() {
    operations = Backends.named(backend);
    hidden = RandomTensors.gaussian(tokens, HIDDEN, 1);
    weight = RandomTensors.gaussian(vocabulary, HIDDEN, 2);
    logits = Tensor.zeros(tokens, vocabulary);
    stats = TokenStats.zeros(tokens);
    targets = new int[tokens];
    packed = operations.pack(weight);
    packedBack = operations.packTransposed(weight);
    directions = Tensor.zeros(tokens, HIDDEN);
    means = Tensor.zeros(tokens, HIDDEN);
  }

  @Override
  public Work work(String method) {
    Work product = Work.product(tokens, vocabulary, HIDDEN);
    return method.equals("lossAndGradient") ? product.plus(product) : product;
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

  /**
   * Log-probs and their gradient for the hidden states with a frozen head, as training computes
   * them: d log p(y) / d h = W_y - Σ p_v W_v, in chunks that stay in the third-level cache.
   */
  @Benchmark
  public Tensor lossAndGradient() {
    operations.gather(weight, targets, directions);
    for (int from = 0; from < tokens; from += CHUNK) {
      int count = Math.min(CHUNK, tokens - from);
      Tensor chunk = logits.rows(0, count);
      Tensor mean = means.rows(0, count);
      packed.multiply(hidden.rows(from, count), chunk);
      operations.softmax(chunk, new int[count], stats, from);
      packedBack.multiply(chunk, mean);
      operations.scale(-1, mean);
      operations.add(mean, directions.rows(from, count));
    }
    return directions;
  }
}
