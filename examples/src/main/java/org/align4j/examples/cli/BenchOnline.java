package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.align4j.core.data.PromptFile;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.online.Rollout;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingTask;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Times rounds of an online method, rollout and update: 8 prompts x 8 completions, LoRA on all
 * linear layers; no completion ends early, so that the work is always the same.
 */
abstract class BenchOnline implements Callable<Integer> {
  private static final int PROMPTS = 8;
  private static final int GENERATIONS = 8;
  private static final int RANK = 16;
  private static final double LEARNING_RATE = 1e-6;

  private final Method method;

  BenchOnline(Method method) {
    this.method = method;
  }

  /** Builds the update that is timed. */
  @FunctionalInterface
  interface Method {
    PolicyGradientUpdate update(DecoderTransformer policy, OnlineConfig config, Backend backend);
  }

  static <E> StepRunner<E> steps(TrainingTask<E> task, OnlineConfig config, Backend backend) {
    return new StepRunner<>("bench", task, config.training(), backend, Path.of("."));
  }

  @Mixin ModelOptions model;

  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE[:COLUMN]",
      converter = ExistingPrompts.class,
      description = "At least 8 prompts.")
  PromptFile prompts;

  @Option(
      names = "--steps",
      defaultValue = "5",
      description =
          "Rounds, of which the first are slow: the JVM compiles. Default ${DEFAULT-VALUE}.")
  int steps;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "64",
      description = "Default ${DEFAULT-VALUE}.")
  int tokens;

  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    List<String> texts = prompts.read();
    if (texts.size() < PROMPTS) {
      throw new IllegalArgumentException(
          prompts.path() + " has " + texts.size() + " prompts; " + PROMPTS + " are needed");
    }
    Backend backend = Backends.defaultBackend();
    PolicyModel policy = model.loadBase();
    policy.transformer().addAdapter(LoraConfig.allLinear(RANK, 2.0 * RANK), 0);
    RolloutSampler sampler =
        new RolloutSampler(
            new TransformerSampler(policy.transformer(), PROMPTS * GENERATIONS),
            policy.tokenizer()::decode,
            Set.of(),
            new SamplingParams(tokens, 1, 0, 1, 1, 0));
    TrainingConfig training =
        TrainingConfig.builder(LEARNING_RATE).batchSize(PROMPTS).microBatchTokens(8192).build();
    OnlineConfig config = new OnlineConfig(training, GENERATIONS, 1, 1, 0, 0, 0);
    PolicyGradientUpdate update = method.update(policy.transformer(), config, backend);
    double[] rollout = new double[steps];
    double[] whole = new double[steps];
    for (int step = 0; step < steps; step++) {
      List<OnlinePrompt> asked = new ArrayList<>();
      for (int i = 0; i < PROMPTS; i++) {
        String text = texts.get((PROMPTS * step + i) % texts.size());
        asked.add(new OnlinePrompt(text, text, policy.text().userPrompt(text)));
      }
      long start = System.nanoTime();
      List<Rollout> rollouts =
          sampler.sampleFor(update, asked, GENERATIONS, step, () -> false).orElseThrow();
      rollout[step] = (System.nanoTime() - start) / 1e9;
      double[] rewards = rollouts.stream().mapToDouble(r -> r.text().length()).toArray();
      update.update(rollouts, rewards, LEARNING_RATE, step);
      whole[step] = (System.nanoTime() - start) / 1e9;
      System.err.printf("step %d: %.3f s, rollout %.3f s%n", step + 1, whole[step], rollout[step]);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("seconds_per_step", new Median().evaluate(whole));
    json.put("rollout_seconds", new Median().evaluate(rollout));
    json.put("all", whole);
    json.put("completion_tokens_per_step", PROMPTS * GENERATIONS * tokens);
    output.print(json);
    return 0;
  }
}
