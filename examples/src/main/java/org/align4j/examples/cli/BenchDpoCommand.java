package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.Reference;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.PreferenceTask;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "dpo",
    mixinStandardHelpOptions = true,
    description =
        "Times DPO steps: 4 pairs in file order, LoRA on all linear layers, reference inside.")
final class BenchDpoCommand implements Callable<Integer> {
  private static final int PAIRS = 4;

  /** Tokens of a pass that computes reference log-probs beforehand. */
  private static final int PRECOMPUTED = 1024;

  private static final double BETA = 0.1;
  private static final double LEARNING_RATE = 1e-4;

  @Mixin ModelOptions model;

  @Option(
      names = "--data",
      required = true,
      converter = ExistingPath.class,
      description = "Preference pairs.")
  Path data;

  @Option(names = "--steps", defaultValue = "6", description = "Default ${DEFAULT-VALUE}.")
  int steps;

  @Option(names = "--lora-rank", defaultValue = "16", description = "Default ${DEFAULT-VALUE}.")
  int rank;

  @Option(
      names = "--cached-reference",
      description = "Compute the reference log-probs before the timed steps, as trainers can.")
  boolean cached;

  @Option(
      names = "--micro-batch-tokens",
      defaultValue = "4096",
      description = "Most tokens in the network at once. Default ${DEFAULT-VALUE}.")
  int microBatchTokens;

  @Option(
      names = "--checkpointing",
      description = "Compute activations again in the backward pass instead of keeping them.")
  boolean checkpointing;

  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    Backend backend = Backends.defaultBackend();
    PolicyModel policy = model.loadBase();
    if (checkpointing) {
      policy.transformer().checkpointActivations();
    }
    policy.transformer().addAdapter(LoraConfig.allLinear(rank, 2.0 * rank), 0);
    LengthPolicy whole = new LengthPolicy(0, LengthPolicy.Mode.ERROR);
    List<TokenizedPair> pairs =
        new Tokenization(policy.text(), whole, true).pairs(TrlRows.preferences(data));
    PreferenceTask task = new PreferenceTask(policy.transformer(), DpoObjective.sigmoid(BETA));
    TrainingConfig config =
        TrainingConfig.builder(LEARNING_RATE)
            .batchSize(PAIRS)
            .microBatchTokens(microBatchTokens)
            .seed(0)
            .build();
    StepRunner<TokenizedPair> runner =
        new StepRunner<>("bench", task, config, backend, Path.of("."));
    if (cached) {
      task.precomputeReference(
          pairs.subList(0, Math.min(PAIRS * steps, pairs.size())),
          PRECOMPUTED,
          Reference.adapterOff(policy.transformer()));
    }
    double[] seconds = new double[steps];
    List<Double> losses = new ArrayList<>();
    long tokens = 0;
    for (int step = 0; step < steps; step++) {
      List<TokenizedPair> batch = new ArrayList<>();
      for (int i = 0; i < PAIRS; i++) {
        batch.add(pairs.get((PAIRS * step + i) % pairs.size()));
      }
      long start = System.nanoTime();
      losses.add(runner.run(batch, LEARNING_RATE, step).means().get("loss"));
      seconds[step] = (System.nanoTime() - start) / 1e9;
      tokens += batch.stream().mapToInt(task::countedTokens).sum();
      System.err.printf("step %d: %.3f s, loss %.6f%n", step + 1, seconds[step], losses.get(step));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("seconds_per_step", new Median().evaluate(seconds));
    json.put("all", seconds);
    json.put("tokens_per_step", (double) tokens / steps);
    json.put("loss", losses);
    output.print(json);
    return 0;
  }
}
