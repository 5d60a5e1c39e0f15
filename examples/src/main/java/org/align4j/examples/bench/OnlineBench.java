package org.align4j.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.core.data.DataException;
import org.align4j.core.data.PromptFile;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.ChatModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.Critic;
import org.align4j.policy.online.GrpoConfig;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.OnlineSetup;
import org.align4j.policy.online.OnlineTrainer;
import org.align4j.policy.online.OnlineUpdate;
import org.align4j.policy.online.PpoConfig;
import org.align4j.policy.online.RolloutConfig;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.online.TransformerCritics;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingEvent;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.train.TrainingConfig;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * Times the trainer's own rounds of an online method, rollout and update: 8 prompts x 8
 * completions, LoRA on all linear layers. No completion ends early, so that the work is always the
 * same.
 *
 * @param method with its objective; its rollouts are replaced
 * @param steps rounds
 * @param tokens of a completion
 */
public record OnlineBench(OnlineMethod method, int steps, int tokens) {
  private static final int PROMPTS = 8;
  private static final int GENERATIONS = 8;
  private static final int RANK = 16;
  private static final double LEARNING_RATE = 1e-6;
  private static final int MICRO_BATCH_TOKENS = 8192;

  /** Any reward will do, if it differs between completions. */
  private static final RewardFunction LENGTH =
      (prompts, completions) -> completions.stream().mapToDouble(String::length).toArray();

  /** {@return PPO with the KL in the reward and a value head on the policy as its critic} */
  public static OnlineMethod ppo() {
    return PpoConfig.defaults().rollouts(rollouts()).critic(Critic.SHARED);
  }

  /** {@return GRPO with the KL to the reference in the loss} */
  public static OnlineMethod grpo() {
    return GrpoConfig.defaults()
        .rollouts(rollouts())
        .objective(GrpoObjective.of(GrpoLoss.DAPO, 0.04, 64));
  }

  /** What a bench samples and how it uses it: once. */
  private static RolloutConfig rollouts() {
    return RolloutConfig.builder().generations(GENERATIONS).temperature(1).build();
  }

  /**
   * Takes the rounds; the result is what is printed as JSON.
   *
   * @param model is trained
   * @param prompts that completions are drawn for
   * @return seconds and rates, by name
   * @throws IOException if the run's temporary folder cannot be made
   */
  public Map<String, Object> run(ChatModel model, PromptFile prompts) throws IOException {
    List<String> texts = prompts.read();
    if (texts.size() < PROMPTS) {
      throw new DataException(
          prompts.path() + " has " + texts.size() + " prompts; " + PROMPTS + " are needed");
    }
    model.withLora(LoraConfig.allLinear(RANK, 2.0 * RANK), 0);
    RoundTimes times = new RoundTimes();
    Path output = Files.createTempDirectory("align4j-bench");
    TrainingConfig training =
        TrainingConfig.builder(LEARNING_RATE)
            .schedule(LearningRateSchedule.CONSTANT)
            .maxSteps(steps)
            .batchSize(PROMPTS)
            .microBatchTokens(MICRO_BATCH_TOKENS)
            .shuffle(false)
            .loggingSteps(1)
            .build();
    OnlineConfig config = OnlineConfig.of(training, method.rollouts());
    OnlineUpdate update =
        method.update(
            new OnlineSetup(
                model.network(),
                Reference.adapterOff(model.network()),
                new TransformerCritics(
                    model.network(), () -> model.reload().network(), training.seed()),
                model.backend(),
                config,
                output));
    new OnlineTrainer("bench", sampler(model), LENGTH, update, config, RunContext.of(output, times))
        .run(texts.stream().map(text -> prompt(model, text)).toList());
    Files.delete(output);
    Map<String, Object> json = times.json();
    json.put("completion_tokens_per_step", PROMPTS * GENERATIONS * tokens);
    return json;
  }

  /** Without stop tokens: every completion has the same length. */
  private RolloutSampler sampler(ChatModel model) {
    return new RolloutSampler(
        new TransformerSampler(model.network(), PROMPTS * GENERATIONS),
        model.parts().tokenizer()::decode,
        Set.of(),
        SamplingParams.unfiltered(tokens, 1));
  }

  private static OnlinePrompt prompt(ChatModel model, String text) {
    return new OnlinePrompt(text, text, model.parts().text().userPrompt(text));
  }

  /** Seconds of every round; the first ones are slow: the JVM compiles. */
  private static final class RoundTimes implements TrainingListener {
    private final List<Double> whole = new ArrayList<>();
    private final List<Double> sampling = new ArrayList<>();

    @Override
    public void onStep(TrainingEvent event) {
      whole.add(event.metrics().get("step_time"));
      sampling.add(event.metrics().get("sampling_time"));
      System.err.printf(
          "step %d: %.3f s, rollout %.3f s%n",
          event.step(), whole.get(whole.size() - 1), sampling.get(sampling.size() - 1));
    }

    Map<String, Object> json() {
      double[] all = whole.stream().mapToDouble(x -> x).toArray();
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("seconds_per_step", new Median().evaluate(all));
      json.put(
          "rollout_seconds",
          new Median().evaluate(sampling.stream().mapToDouble(x -> x).toArray()));
      json.put("all", all);
      return json;
    }
  }
}
