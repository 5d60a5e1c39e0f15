package org.align4j.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.PairwiseLogProbs;
import org.align4j.core.objective.PairwiseValue;
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

/** Loss and gradient of the DPO family; negligible beside a step, which this shows. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DpoObjectiveBenchmark {
  @Param({"4", "64"})
  int pairs;

  @Param({"SIGMOID", "IPO", "AOT"})
  DpoLoss loss;

  private DpoObjective objective;
  private PairwiseLogProbs input;

  /** Draws log-probabilities of completions of 80 tokens. */
  @Setup
  public void prepare() {
    objective = DpoObjective.of(0.1, loss, 0);
    Random random = new Random(1);
    List<List<double[]>> sides = new ArrayList<>();
    for (int side = 0; side < 4; side++) {
      List<double[]> rows = new ArrayList<>();
      for (int i = 0; i < pairs; i++) {
        rows.add(random.doubles(80, -4, 0).toArray());
      }
      sides.add(rows);
    }
    input = new PairwiseLogProbs(sides.get(0), sides.get(1), sides.get(2), sides.get(3));
  }

  /** One evaluation. */
  @Benchmark
  public PairwiseValue evaluate() {
    return objective.evaluate(input);
  }
}
