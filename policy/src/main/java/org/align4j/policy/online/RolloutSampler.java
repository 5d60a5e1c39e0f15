package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Sampler;
import org.align4j.policy.generate.SamplingParams;

/** Samples several completions a prompt with the policy as it is now, and decodes them. */
public final class RolloutSampler {
  private final Sampler sampler;
  private final Function<int[], String> toText;
  private final Set<Integer> stopTokens;
  private final SamplingParams params;

  /**
   * Prepares sampling.
   *
   * @param sampler of the policy that is trained
   * @param toText from the ids of a completion to the text that reward functions see, such as
   *     {@code tokenizer::decode}
   * @param stopTokens ids that end a completion
   * @param params top-k and top-p must be off: filtered tokens have no log-prob under the policy
   *     that is trained; its seed is not used, each call names its own
   */
  public RolloutSampler(
      Sampler sampler,
      Function<int[], String> toText,
      Set<Integer> stopTokens,
      SamplingParams params) {
    requireUnfiltered(params);
    this.sampler = sampler;
    this.toText = toText;
    this.stopTokens = Set.copyOf(stopTokens);
    this.params = params;
  }

  /**
   * Refuses what would draw tokens from another distribution than the policy's.
   *
   * @param params that tokens are to be drawn by
   */
  public static void requireUnfiltered(SamplingParams params) {
    if (params.topK() != 0 || params.topP() != 1 || params.repetitionPenalty() != 1) {
      throw new ConfigurationException(
          "online training needs top_k 0, top_p 1 and repetition_penalty 1: tokens that a filter"
              + " favours are not drawn from the policy whose log-probs are trained");
    }
    if (params.temperature() <= 0) {
      throw new ConfigurationException(
          "online training needs a temperature above 0, got " + params.temperature());
    }
  }

  /** {@return the temperature that log-probs are taken at} */
  public double temperature() {
    return params.temperature();
  }

  /** {@return most tokens of a completion} */
  public int maxNewTokens() {
    return params.maxNewTokens();
  }

  /**
   * Samples.
   *
   * @param prompts with their token ids
   * @param perPrompt completions of each prompt; they stand one after another
   * @param seed of this batch
   * @return one rollout a completion, prompt after prompt
   */
  public List<Rollout> sample(List<OnlinePrompt> prompts, int perPrompt, long seed) {
    return sample(prompts, perPrompt, seed, () -> false).orElseThrow();
  }

  /**
   * Samples until done or told to stop.
   *
   * @param prompts with their token ids
   * @param perPrompt completions of each prompt; they stand one after another
   * @param seed of this batch
   * @param stop asked between tokens
   * @return empty if it was stopped
   */
  public Optional<List<Rollout>> sample(
      List<OnlinePrompt> prompts, int perPrompt, long seed, BooleanSupplier stop) {
    return sampler
        .sample(repeated(prompts, perPrompt), seeded(seed), stopTokens, stop)
        .map(drawn -> rollouts(prompts, perPrompt, drawn));
  }

  /**
   * Samples the same, letting the sampler keep activations where the update that comes next learns
   * from the whole round in one pass.
   *
   * @param update what learns from them
   * @param prompts with their token ids
   * @param perPrompt completions of each prompt; they stand one after another
   * @param seed of this batch
   * @param stop asked between tokens
   * @return empty if it was stopped
   */
  public Optional<List<Rollout>> sampleFor(
      OnlineUpdate update,
      List<OnlinePrompt> prompts,
      int perPrompt,
      long seed,
      BooleanSupplier stop) {
    long most = 0;
    for (OnlinePrompt prompt : prompts) {
      most += (long) perPrompt * (prompt.ids().length + params.maxNewTokens());
    }
    return update.takesWhole(most)
        ? sampleForTraining(prompts, perPrompt, seed, stop)
        : sample(prompts, perPrompt, seed, stop);
  }

  /** Samples the same for a training pass over exactly these completions that comes next. */
  Optional<List<Rollout>> sampleForTraining(
      List<OnlinePrompt> prompts, int perPrompt, long seed, BooleanSupplier stop) {
    return sampler
        .sampleForTraining(repeated(prompts, perPrompt), seeded(seed), stopTokens, stop)
        .map(drawn -> rollouts(prompts, perPrompt, drawn));
  }

  private SamplingParams seeded(long seed) {
    return new SamplingParams(params.maxNewTokens(), params.temperature(), 0, 1, 1, seed);
  }

  private static List<int[]> repeated(List<OnlinePrompt> prompts, int times) {
    return prompts.stream()
        .flatMap(prompt -> Collections.nCopies(times, prompt.ids()).stream())
        .toList();
  }

  private List<Rollout> rollouts(
      List<OnlinePrompt> prompts, int perPrompt, List<Completion> completions) {
    List<Rollout> out = new ArrayList<>(completions.size());
    for (int i = 0; i < completions.size(); i++) {
      Completion completion = completions.get(i);
      String text = toText.apply(completion.ids()).strip();
      out.add(new Rollout(prompts.get(i / perPrompt), completion, text));
    }
    return out;
  }
}
