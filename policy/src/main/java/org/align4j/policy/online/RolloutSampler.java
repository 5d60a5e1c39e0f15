package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.Tokenizer;
import org.align4j.policy.train.RolloutBatches;

/** Samples several completions a prompt with the policy as it is now. */
public final class RolloutSampler {
  private final DecoderTransformer model;
  private final Tokenizer tokenizer;
  private final Set<Integer> stopTokens;
  private final Backend backend;
  private final SamplingParams params;
  private final int slots;

  /**
   * Prepares sampling.
   *
   * @param params top-k and top-p must be off: filtered tokens have no log-prob under the policy
   *     that is trained
   * @param slots sequences at a time
   */
  public RolloutSampler(
      DecoderTransformer model,
      Tokenizer tokenizer,
      Set<Integer> stopTokens,
      Backend backend,
      SamplingParams params,
      int slots) {
    requireUnfiltered(params);
    this.model = model;
    this.tokenizer = tokenizer;
    this.stopTokens = Set.copyOf(stopTokens);
    this.backend = backend;
    this.params = params;
    this.slots = slots;
  }

  /** Refuses what would draw tokens from another distribution than the policy's. */
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

  /** The temperature that log-probs are taken at. */
  public double temperature() {
    return params.temperature();
  }

  /** Most tokens of a completion. */
  public int maxNewTokens() {
    return params.maxNewTokens();
  }

  /**
   * Samples.
   *
   * @param perPrompt completions of each prompt; they stand one after another
   * @param seed of this batch
   */
  public List<Rollout> sample(List<OnlinePrompt> prompts, int perPrompt, long seed) {
    return sample(prompts, perPrompt, seed, () -> false).orElseThrow();
  }

  /**
   * Samples until done or told to stop.
   *
   * @param stop asked between tokens
   * @return empty if it was stopped
   */
  public Optional<List<Rollout>> sample(
      List<OnlinePrompt> prompts, int perPrompt, long seed, BooleanSupplier stop) {
    return draw(prompts, perPrompt, seed, stop, null);
  }

  /**
   * Samples the same, keeping activations where the update that comes next can use them.
   *
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
        ? sampleKeeping(prompts, perPrompt, seed, stop)
        : sample(prompts, perPrompt, seed, stop);
  }

  /**
   * Samples the same and lets the model keep the activations, so that a training pass over all of
   * these completions, in this order and with the weights as they are, need not compute them again.
   * It takes the memory of that pass.
   */
  public List<Rollout> sampleKeeping(List<OnlinePrompt> prompts, int perPrompt, long seed) {
    return sampleKeeping(prompts, perPrompt, seed, () -> false).orElseThrow();
  }

  private Optional<List<Rollout>> sampleKeeping(
      List<OnlinePrompt> prompts, int perPrompt, long seed, BooleanSupplier stop) {
    List<int[]> ids = repeated(prompts, perPrompt);
    int[] longest = new int[params.maxNewTokens()];
    TokenBatch planned = RolloutBatches.of(ids, prompt -> prompt, prompt -> longest);
    if (!model.keepActivations(planned, params.temperature())) {
      return sample(prompts, perPrompt, seed, stop);
    }
    Optional<List<Rollout>> out = draw(prompts, perPrompt, seed, stop, planned);
    out.ifPresent(rollouts -> model.settleActivations(planned, Rollout.batch(rollouts)));
    return out;
  }

  private static List<int[]> repeated(List<OnlinePrompt> prompts, int times) {
    return prompts.stream()
        .flatMap(prompt -> Collections.nCopies(times, prompt.ids()).stream())
        .toList();
  }

  private Optional<List<Rollout>> draw(
      List<OnlinePrompt> prompts, int perPrompt, long seed, BooleanSupplier stop, TokenBatch kept) {
    SamplingParams seeded =
        new SamplingParams(params.maxNewTokens(), params.temperature(), 0, 1, 1, seed);
    List<Completion> completions;
    try (Generator generator = new Generator(model, backend, stopTokens, slots, true)) {
      completions = generator.generate(repeated(prompts, perPrompt), seeded, stop, kept);
    }
    List<Rollout> out = new ArrayList<>(completions.size());
    for (int i = 0; i < completions.size(); i++) {
      Completion completion = completions.get(i);
      if (completion == null) {
        return Optional.empty();
      }
      out.add(
          new Rollout(
              prompts.get(i / perPrompt), completion, tokenizer.decode(completion.ids()).strip()));
    }
    return Optional.of(out);
  }
}
