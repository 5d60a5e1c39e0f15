package org.align4j.policy.generate;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The capability of a policy to draw completions, with the log-probs that it drew them by. It knows
 * token ids alone: chat templates and tokenizers come before it, decoding to text after it.
 *
 * <p>The tokens of completion i are a function of the weights, its prompt, the parameters and
 * (seed, i): they depend on no other prompt of the call and on no batch size, but for rounding.
 */
public interface Sampler {

  /**
   * Draws one completion for each prompt, with the weights as they are now.
   *
   * @param prompts token ids, each at least one; equal neighbours may share work
   * @param params length, temperature, filters and seed
   * @param stopTokens ids that end a completion; the drawn one is its last token
   * @param stop asked before each pass over the model, from the calling thread; true gives the call
   *     up
   * @return one completion a prompt, in order; empty if the call was given up
   * @throws IllegalArgumentException if a prompt is empty or too long for the model
   */
  Optional<List<Completion>> sample(
      List<int[]> prompts, SamplingParams params, Set<Integer> stopTokens, BooleanSupplier stop);

  /**
   * Draws the same for a training pass over exactly these completions in this order that comes
   * next, with the weights as they are. A sampler may keep activations so that the pass need not
   * compute them again; they take the memory of that pass. By default it keeps none.
   *
   * @param prompts token ids
   * @param params how tokens are chosen, and how many at most
   * @param stopTokens ids that end a completion
   * @param stop asked between tokens
   * @return one completion a prompt, in order; empty if sampling was stopped
   */
  default Optional<List<Completion>> sampleForTraining(
      List<int[]> prompts, SamplingParams params, Set<Integer> stopTokens, BooleanSupplier stop) {
    return sample(prompts, params, stopTokens, stop);
  }
}
