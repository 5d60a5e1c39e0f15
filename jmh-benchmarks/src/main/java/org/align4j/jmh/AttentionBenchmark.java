package org.align4j.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.KeyRange;
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

/** One attention layer of SmolLM2 over ragged sequences of a shared prompt and two completions. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AttentionBenchmark {
  private static final AttentionShape SHAPE = new AttentionShape(9, 3, 64, 0.125f, 0);
  private static final int PROMPT = 48;

  @Param({"4", "16"})
  int pairs;

  /** Tokens of a completion; 48 of the prompt come before them. */
  @Param({"72"})
  int completion;

  @Param({"vector"})
  String backend;

  private Backend operations;
  private final List<AttentionSpan> spans = new ArrayList<>();
  private Tensor query;
  private Tensor key;
  private Tensor value;
  private Tensor out;
  private Tensor logSumExp;
  private Tensor dOut;
  private Tensor dQuery;
  private Tensor dKey;
  private Tensor dValue;

  /** Lays out the sequences and fills the operands. */
  @Setup
  public void prepare() {
    operations = Backends.named(backend);
    int row = 0;
    for (int pair = 0; pair < pairs; pair++) {
      int start = row;
      spans.add(AttentionSpan.alone(row, PROMPT, pair));
      row += PROMPT;
      for (int side = 0; side < 2; side++) {
        KeyRange prompt = new KeyRange(start, PROMPT, pair);
        KeyRange own = new KeyRange(row, completion, pair);
        spans.add(new AttentionSpan(row, completion, List.of(prompt, own), pair));
        row += completion;
      }
    }
    int columns = SHAPE.heads() * SHAPE.headDim();
    int kvColumns = SHAPE.kvHeads() * SHAPE.headDim();
    query = RandomTensors.gaussian(row, columns, 1);
    key = RandomTensors.gaussian(row, kvColumns, 2);
    value = RandomTensors.gaussian(row, kvColumns, 3);
    dOut = RandomTensors.gaussian(row, columns, 4);
    out = Tensor.zeros(row, columns);
    logSumExp = Tensor.zeros(row, SHAPE.heads());
    dQuery = Tensor.zeros(row, columns);
    dKey = Tensor.zeros(row, kvColumns);
    dValue = Tensor.zeros(row, kvColumns);
    forward();
  }

  /** Forward. */
  @Benchmark
  public Tensor forward() {
    operations.attention(SHAPE, spans, query, key, value, out, logSumExp);
    return out;
  }

  /** Backward; gradients of keys and values grow over the iterations, which costs the same. */
  @Benchmark
  public Tensor backward() {
    operations.attentionBackward(
        SHAPE, spans, dOut, query, key, value, out, logSumExp, dQuery, dKey, dValue);
    return dQuery;
  }
}
