package org.align4j.policy.online;

import org.align4j.core.run.Settings;
import org.align4j.policy.generate.SamplingParams;

/**
 * How an online method samples and uses the completions of a round; names as in TRL.
 *
 * @param generations {@code num_generations}, completions a prompt, &ge; 1
 * @param iterations {@code num_iterations}, passes over a round's completions, &ge; 1
 * @param miniBatches {@code num_mini_batches}, optimizer steps a pass, &ge; 1
 * @param maxCompletionLength {@code max_completion_length}, most tokens of a completion
 * @param temperature of sampling, &gt; 0; log-probs are taken at it
 * @param generationBatchSize {@code generation_batch_size}, sequences that are sampled at a time
 * @param missingEosPenalty {@code missing_eos_penalty}, taken off the reward of completions that
 *     reach the length limit, &ge; 0
 * @param rewardClip {@code reward_clip}, bound of the reward's absolute value; 0 = none
 * @param klBudget {@code kl_budget}, mean KL of a completion to the reference at which the run
 *     ends, in nats; 0 = none
 */
public record RolloutConfig(
    int generations,
    int iterations,
    int miniBatches,
    int maxCompletionLength,
    double temperature,
    int generationBatchSize,
    double missingEosPenalty,
    double rewardClip,
    double klBudget) {

  /** {@return one pass over one mini-batch, no penalties} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return a builder that starts from this configuration} */
  public Builder toBuilder() {
    Builder out = new Builder();
    out.generations = generations;
    out.iterations = iterations;
    out.miniBatches = miniBatches;
    out.maxCompletionLength = maxCompletionLength;
    out.temperature = temperature;
    out.generationBatchSize = generationBatchSize;
    out.missingEosPenalty = missingEosPenalty;
    out.rewardClip = rewardClip;
    out.klBudget = klBudget;
    return out;
  }

  /**
   * {@return this configuration with the settings that are given, by the names in docs/settings.md}
   *
   * @param settings what a user set
   * @throws org.align4j.core.ConfigurationException names a setting that cannot have its value
   */
  public RolloutConfig with(Settings settings) {
    RolloutSampler.requireUnfiltered(
        new SamplingParams(
            settings.integer("max_completion_length", maxCompletionLength),
            settings.number("temperature", temperature),
            settings.integer("top_k", 0),
            settings.number("top_p", 1),
            settings.number("repetition_penalty", 1),
            0));
    return new RolloutConfig(
        settings.integer("num_generations", generations),
        settings.integer("num_iterations", iterations),
        settings.integer("num_mini_batches", miniBatches),
        settings.integer("max_completion_length", maxCompletionLength),
        settings.number("temperature", temperature),
        settings.integer("generation_batch_size", generationBatchSize),
        settings.number("missing_eos_penalty", missingEosPenalty),
        settings.number("reward_clip", rewardClip),
        settings.number("kl_budget", klBudget));
  }

  /** Sets what differs from the defaults. */
  public static final class Builder {
    private int generations = 1;
    private int iterations = 1;
    private int miniBatches = 1;
    private int maxCompletionLength = 256;
    private double temperature = 1;
    private int generationBatchSize = 64;
    private double missingEosPenalty;
    private double rewardClip;
    private double klBudget;

    private Builder() {}

    /**
     * Completions a prompt.
     *
     * @param value ≥ 1
     * @return this builder
     */
    public Builder generations(int value) {
      generations = value;
      return this;
    }

    /**
     * Passes over a round's completions.
     *
     * @param value ≥ 1
     * @return this builder
     */
    public Builder iterations(int value) {
      iterations = value;
      return this;
    }

    /**
     * Optimizer steps a pass.
     *
     * @param value ≥ 1; the completions of a round are divided among them
     * @return this builder
     */
    public Builder miniBatches(int value) {
      miniBatches = value;
      return this;
    }

    /**
     * Most tokens of a completion.
     *
     * @param value ≥ 1
     * @return this builder
     */
    public Builder maxCompletionLength(int value) {
      maxCompletionLength = value;
      return this;
    }

    /**
     * Temperature of sampling.
     *
     * @param value &gt; 0
     * @return this builder
     */
    public Builder temperature(double value) {
      temperature = value;
      return this;
    }

    /**
     * Sequences that are sampled at a time.
     *
     * @param value ≥ 1; changes no result
     * @return this builder
     */
    public Builder generationBatchSize(int value) {
      generationBatchSize = value;
      return this;
    }

    /**
     * Taken off the reward of completions that reach the length limit.
     *
     * @param value ≥ 0; 0 = none
     * @return this builder
     */
    public Builder missingEosPenalty(double value) {
      missingEosPenalty = value;
      return this;
    }

    /**
     * Bound of the reward's absolute value.
     *
     * @param value &gt; 0; 0 = none
     * @return this builder
     */
    public Builder rewardClip(double value) {
      rewardClip = value;
      return this;
    }

    /**
     * Mean KL at which the run ends.
     *
     * @param value in nats a completion; 0 = none
     * @return this builder
     */
    public Builder klBudget(double value) {
      klBudget = value;
      return this;
    }

    /** {@return the configuration} */
    public RolloutConfig build() {
      return new RolloutConfig(
          generations,
          iterations,
          miniBatches,
          maxCompletionLength,
          temperature,
          generationBatchSize,
          missingEosPenalty,
          rewardClip,
          klBudget);
    }
  }
}
