package org.align4j.policy.generate;

import static org.align4j.core.ConfigurationException.require;

/**
 * How tokens are drawn; filters act in transformers' order: repetition penalty, temperature, top-k,
 * top-p.
 *
 * @param maxNewTokens most tokens of a completion, ≥ 1
 * @param temperature 0 = greedy
 * @param topK tokens kept; 0 = all
 * @param topP share kept of the probability that top-k has left, in (0, 1]
 * @param repetitionPenalty 1 = none (Keskar et al. 2019, arXiv 1909.05858)
 * @param seed completion i of a seed is the same whatever the batch size
 */
public record SamplingParams(
    int maxNewTokens,
    double temperature,
    int topK,
    double topP,
    double repetitionPenalty,
    long seed) {

  /**
   * Checks ranges.
   *
   * @param maxNewTokens most tokens of a completion, ≥ 1
   * @param temperature 0 = greedy
   * @param topK tokens kept; 0 = all
   * @param topP share kept of the probability that top-k has left, in (0, 1]
   * @param repetitionPenalty 1 = none (Keskar et al. 2019, arXiv 1909.05858)
   * @param seed completion i of a seed is the same whatever the batch size
   */
  public SamplingParams {
    require(maxNewTokens >= 1, "max_new_tokens must be at least 1, got " + maxNewTokens);
    require(temperature >= 0, "temperature must not be negative, got " + temperature);
    require(topK >= 0, "top_k must not be negative, got " + topK);
    require(topP > 0 && topP <= 1, "top_p must be in (0, 1], got " + topP);
    require(repetitionPenalty > 0, "repetition_penalty must be positive, got " + repetitionPenalty);
  }

  /**
   * {@return the most likely token each time}
   *
   * @param maxNewTokens ≥ 1
   */
  public static SamplingParams greedy(int maxNewTokens) {
    return new SamplingParams(maxNewTokens, 0, 0, 1, 1, 0);
  }

  /**
   * Draws from the model's own distribution at a temperature, seed 0: what online training needs.
   *
   * @param maxNewTokens ≥ 1
   * @param temperature &gt; 0
   * @return the parameters
   */
  public static SamplingParams unfiltered(int maxNewTokens, double temperature) {
    return new SamplingParams(maxNewTokens, temperature, 0, 1, 1, 0);
  }

  /**
   * {@return the same with another seed}
   *
   * @param other seed
   */
  public SamplingParams withSeed(long other) {
    return new SamplingParams(maxNewTokens, temperature, topK, topP, repetitionPenalty, other);
  }

  /**
   * {@return the same with another limit}
   *
   * @param other most tokens of a completion, ≥ 1
   */
  public SamplingParams withMaxNewTokens(int other) {
    return new SamplingParams(other, temperature, topK, topP, repetitionPenalty, seed);
  }
}
