package org.align4j.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.align4j.core.advantage.Gae;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.PolicyGradientValue;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.RolloutLogProbs;
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

/** Objectives of online methods with their gradients, and advantages; no network. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PolicyGradientBenchmark {
  private static final int TOKENS = 64;

  @Param({"64"})
  int completions;

  private final PpoObjective ppo = PpoObjective.of(0.2);
  private final GrpoObjective grpo = GrpoObjective.of(GrpoLoss.DAPO, 0.04, TOKENS);
  private final Gae gae = new Gae(1, 0.95);
  private RolloutLogProbs input;

  /** Draws log-probabilities. */
  @Setup
  public void prepare() {
    Random random = new Random(1);
    List<List<double[]>> parts = new ArrayList<>();
    for (int part = 0; part < 5; part++) {
      List<double[]> rows = new ArrayList<>();
      for (int i = 0; i < completions; i++) {
        rows.add(random.doubles(TOKENS, -2, 0).toArray());
      }
      parts.add(rows);
    }
    input =
        new RolloutLogProbs(parts.get(0), parts.get(1), parts.get(4))
            .withReference(parts.get(2))
            .withEntropies(parts.get(3));
  }

  /** PPO. */
  @Benchmark
  public PolicyGradientValue ppo() {
    return ppo.evaluate(input);
  }

  /** GRPO, DAPO's normaliser, with KL. */
  @Benchmark
  public PolicyGradientValue grpo() {
    return grpo.evaluate(input);
  }

  /** Generalised advantages. */
  @Benchmark
  public Gae.Result gae() {
    return gae.estimate(input.advantages(), input.policy());
  }
}
