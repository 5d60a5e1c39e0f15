package org.align4j.policy.online;

import static org.align4j.core.ConfigurationException.require;

import org.align4j.policy.train.TrainingConfig;

/**
 * What an online run decides besides the optimizer's settings.
 *
 * @param training optimizer, seed, logging and saving; its steps are rounds of sampling, its batch
 *     size the prompts of a round
 * @param generations completions a prompt
 * @param epochs passes over a round's completions
 * @param miniBatches optimizer steps a pass
 * @param missingEosPenalty taken off the reward of completions that hit the length limit
 * @param rewardClip bound of |reward|; 0 = none
 * @param klBudget mean KL of a completion to the reference at which the run stops; 0 = none
 */
public record OnlineConfig(
    TrainingConfig training,
    int generations,
    int epochs,
    int miniBatches,
    double missingEosPenalty,
    double rewardClip,
    double klBudget) {

  /**
   * The optimizer's settings and how completions are sampled and used.
   *
   * @param training of the optimizer
   * @param rollouts how completions are sampled and used
   * @return both in one
   */
  public static OnlineConfig of(TrainingConfig training, RolloutConfig rollouts) {
    return new OnlineConfig(
        training,
        rollouts.generations(),
        rollouts.iterations(),
        rollouts.miniBatches(),
        rollouts.missingEosPenalty(),
        rollouts.rewardClip(),
        rollouts.klBudget());
  }

  /**
   * Checks ranges.
   *
   * @param training optimizer, seed, logging and saving; its steps are rounds of sampling, its
   *     batch size the prompts of a round
   * @param generations completions a prompt
   * @param epochs passes over a round's completions
   * @param miniBatches optimizer steps a pass
   * @param missingEosPenalty taken off the reward of completions that hit the length limit
   * @param rewardClip bound of |reward|; 0 = none
   * @param klBudget mean KL of a completion to the reference at which the run stops; 0 = none
   */
  public OnlineConfig {
    require(generations >= 1, "num_generations must be at least 1, got " + generations);
    require(epochs >= 1, "epochs over a round must be at least 1, got " + epochs);
    require(miniBatches >= 1, "mini_batches must be at least 1, got " + miniBatches);
    require(
        miniBatches <= training.stepExamples(),
        "num_mini_batches is "
            + miniBatches
            + ", but a round has only "
            + training.stepExamples()
            + " prompts to share out (per_device_train_batch_size x"
            + " gradient_accumulation_steps)");
    require(rewardClip >= 0, "reward_clip must not be negative, got " + rewardClip);
    require(klBudget >= 0, "kl_budget must not be negative, got " + klBudget);
    require(
        missingEosPenalty >= 0,
        "missing_eos_penalty must not be negative, got " + missingEosPenalty);
  }

  /**
   * Refuses a KL budget where no KL is measured.
   *
   * @param reference whether there is one
   */
  public void requireReferenceForBudget(boolean reference) {
    require(
        klBudget == 0 || reference,
        "kl_budget needs a reference to measure the KL to: train an adapter, or leave it out for"
            + " full fine-tuning");
  }
}
