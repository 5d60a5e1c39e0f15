package org.align4j.examples.bench;

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
import org.align4j.policy.online.OnlineUpdate;
import org.align4j.policy.online.PpoConfig;
import org.align4j.policy.online.Rollout;
import org.align4j.policy.online.RolloutConfig;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.online.TransformerCritics;
import org.align4j.policy.train.TrainingConfig;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * Times rounds of an online method, rollout and update: 8 prompts x 8 completions, LoRA on all
 * linear layers. No completion ends early, so that the work is always the same.
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
   */
  public Map<String, Object> run(ChatModel model, PromptFile prompts) {
    List<String> texts = prompts.read();
    if (texts.size() < PROMPTS) {
      throw new DataException(
          prompts.path() + " has " + texts.size() + " prompts; " + PROMPTS + " are needed");
    }
    model.withLora(LoraConfig.allLinear(RANK, 2.0 * RANK), 0);
    RolloutSampler sampler =
        new RolloutSampler(
            new TransformerSampler(model.network(), PROMPTS * GENERATIONS),
            model.parts().tokenizer()::decode,
            Set.of(),
            SamplingParams.unfiltered(tokens, 1));
    OnlineUpdate update = update(model);
    double[] rollout = new double[steps];
    double[] whole = new double[steps];
    for (int step = 0; step < steps; step++) {
      List<OnlinePrompt> asked = new ArrayList<>();
      for (int i = 0; i < PROMPTS; i++) {
        String text = texts.get((PROMPTS * step + i) % texts.size());
        asked.add(new OnlinePrompt(text, text, model.parts().text().userPrompt(text)));
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
    return json;
  }

  private OnlineUpdate update(ChatModel model) {
    TrainingConfig training =
        TrainingConfig.builder(LEARNING_RATE)
            .batchSize(PROMPTS)
            .microBatchTokens(MICRO_BATCH_TOKENS)
            .build();
    return method.update(
        new OnlineSetup(
            model.network(),
            Reference.adapterOff(model.network()),
            new TransformerCritics(
                model.network(), () -> model.reload().network(), training.seed()),
            model.backend(),
            OnlineConfig.of(training, method.rollouts()),
            Path.of(".")));
  }
}
