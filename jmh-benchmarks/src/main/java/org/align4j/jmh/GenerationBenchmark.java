package org.align4j.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
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

/** Generation by SmolLM2-135M: reading prompts, and writing behind short ones. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx4g"})
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 3, time = 5)
public class GenerationBenchmark implements Counted {
  private static final int PREFILL = 256;
  private static final int SHORT = 8;
  private static final int DECODED = 64;

  @Param({"1", "16", "64"})
  int batch;

  private Generator generator;
  private Precision precision;
  private final List<int[]> longPrompts = new ArrayList<>();
  private final List<int[]> shortPrompts = new ArrayList<>();

  /** Draws prompts. */
  @Setup
  public void prepare() {
    Backend backend = Backends.defaultBackend();
    precision = backend.precision();
    generator = new Generator(SmolLm2.create(backend), Set.of(), batch, false);
    Random random = new Random(3);
    for (int i = 0; i < batch; i++) {
      longPrompts.add(SmolLm2.tokens(random, PREFILL));
      shortPrompts.add(SmolLm2.tokens(random, SHORT));
    }
  }

  /** A decoding step reads every weight once. */
  @Override
  public Work work(String method) {
    double weights = SmolLm2.LAYER_WEIGHTS + SmolLm2.HEAD_WEIGHTS;
    if (method.equals("prefill")) {
      double rows = (double) batch * PREFILL;
      return new Work(2 * (rows * SmolLm2.LAYER_WEIGHTS + batch * SmolLm2.HEAD_WEIGHTS), 0);
    }
    double rows = (double) batch * (SHORT + DECODED - 1);
    return new Work(
        2 * (rows * SmolLm2.LAYER_WEIGHTS + batch * DECODED * SmolLm2.HEAD_WEIGHTS),
        precision.bytes() * DECODED * weights);
  }

  /** Prompts of 256 tokens, one new token each. */
  @Benchmark
  public List<Completion> prefill() {
    return generator.generate(longPrompts, SamplingParams.greedy(1), Progress.SILENT, "prefill");
  }

  /** Prompts of 8 tokens, 64 new tokens each. */
  @Benchmark
  public List<Completion> decode() {
    return generator.generate(
        shortPrompts, SamplingParams.greedy(DECODED), Progress.SILENT, "decode");
  }
}
