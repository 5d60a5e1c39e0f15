package org.align4j.policy.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.text.RolloutBatches;
import org.align4j.policy.text.TokenBatch;

/**
 * A transformer's {@link Sampler}: a {@link Generator} for each call, adapter included. For
 * training it lets the model keep the activations of its decoding passes.
 */
public final class TransformerSampler implements Sampler {
  private final DecoderTransformer model;
  private final int slots;

  /**
   * A sampler.
   *
   * @param model what draws
   * @param slots sequences that are decoded at a time, at least 1
   */
  public TransformerSampler(DecoderTransformer model, int slots) {
    if (slots < 1) {
      throw new ConfigurationException("a sampler needs at least 1 slot, got " + slots);
    }
    this.model = model;
    this.slots = slots;
  }

  @Override
  public Optional<List<Completion>> sample(
      List<int[]> prompts, SamplingParams params, Set<Integer> stopTokens, BooleanSupplier stop) {
    return generate(prompts, params, stopTokens, stop, null);
  }

  /** {@inheritDoc} Without what prevents keeping activations: dropout, checkpointing. */
  @Override
  public Optional<List<Completion>> sampleForTraining(
      List<int[]> prompts, SamplingParams params, Set<Integer> stopTokens, BooleanSupplier stop) {
    int[] longest = new int[params.maxNewTokens()];
    TokenBatch planned = RolloutBatches.of(prompts, prompt -> prompt, prompt -> longest);
    if (!model.keepActivations(planned, params.temperature())) {
      return sample(prompts, params, stopTokens, stop);
    }
    Optional<List<Completion>> out = generate(prompts, params, stopTokens, stop, planned);
    out.ifPresent(drawn -> model.matchActivations(planned, batch(prompts, drawn)));
    return out;
  }

  private Optional<List<Completion>> generate(
      List<int[]> prompts,
      SamplingParams params,
      Set<Integer> stopTokens,
      BooleanSupplier stop,
      TokenBatch kept) {
    try (Generator generator = new Generator(model, stopTokens, slots, true)) {
      List<Completion> drawn = generator.generate(prompts, params, stop, kept);
      return drawn.contains(null) ? Optional.empty() : Optional.of(drawn);
    }
  }

  private record Answer(int[] prompt, int[] completion) {}

  private static TokenBatch batch(List<int[]> prompts, List<Completion> drawn) {
    List<Answer> answers = new ArrayList<>(drawn.size());
    for (int i = 0; i < drawn.size(); i++) {
      answers.add(new Answer(prompts.get(i), drawn.get(i).ids()));
    }
    return RolloutBatches.of(answers, Answer::prompt, Answer::completion);
  }
}
