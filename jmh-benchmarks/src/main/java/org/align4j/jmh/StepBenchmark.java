package org.align4j.jmh;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.task.ActorCriticTask;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.task.ScoredRollout;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
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

/** Whole optimizer steps of SmolLM2-135M with LoRA of rank 16. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx4g"})
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 3, time = 5)
public class StepBenchmark implements Counted {
  private static final int PROMPT = 48;
  private static final int RANK = 16;

  @Param({"4"})
  int pairs;

  @Param({"72"})
  int completion;

  private StepRunner<TokenizedPair> dpo;
  private StepRunner<ScoredRollout> ppo;
  private final List<TokenizedPair> preferences = new ArrayList<>();
  private final List<ScoredRollout> rollouts = new ArrayList<>();

  /** Draws tokens. */
  @Setup
  public void prepare() {
    Backend backend = Backends.defaultBackend();
    DecoderTransformer model = SmolLm2.create(backend);
    model.addAdapter(LoraConfig.allLinear(RANK, 2.0 * RANK), 1);
    Random random = new Random(2);
    double[] logProbs = new double[completion];
    Arrays.fill(logProbs, -10);
    double[] ones = new double[completion];
    Arrays.fill(ones, 1);
    for (int i = 0; i < pairs; i++) {
      int[] prompt = SmolLm2.tokens(random, PROMPT);
      int[] chosen = SmolLm2.tokens(random, completion);
      int[] rejected = SmolLm2.tokens(random, completion);
      preferences.add(new TokenizedPair("row " + i, prompt, chosen, rejected));
      for (int[] answer : List.of(chosen, rejected)) {
        rollouts.add(
            new ScoredRollout("row " + i, prompt, answer, logProbs, ones).withCritique(ones, ones));
      }
    }
    TrainingConfig config = TrainingConfig.builder(1e-4).build();
    Path nowhere = Path.of("no-output");
    dpo =
        new StepRunner<>(
            "dpo", new PreferenceTask(model, DpoObjective.sigmoid(0.1)), config, backend, nowhere);
    ActorCritic critic = ActorCritic.sharedTrunk(model);
    ppo =
        new StepRunner<>(
            "ppo",
            new ActorCriticTask(critic, PpoObjective.of(0.2), new ValueLoss(0.2), 0.1, 1),
            config,
            backend,
            nowhere);
  }

  /**
   * Products alone: forward and gradient of the input, in DPO the reference's forward pass, too.
   * The first layer's input needs no gradient; attention and the adapter are left out, some
   * percent.
   */
  @Override
  public Work work(String method) {
    double rows = pairs * (PROMPT + 2.0 * (completion - 1));
    double targets = 2.0 * pairs * completion;
    double passes = method.equals("dpoStep") ? 3 : 2;
    return new Work(
        2 * passes * (rows * SmolLm2.LAYER_WEIGHTS + targets * SmolLm2.HEAD_WEIGHTS), 0);
  }

  /** DPO with the reference inside the step. */
  @Benchmark
  public MetricSums dpoStep() {
    return dpo.run(preferences, 1e-6, 0);
  }

  /** PPO on the same completions, value head on the policy's trunk. */
  @Benchmark
  public MetricSums ppoUpdate() {
    return ppo.run(rollouts, 1e-6, 0);
  }
}
