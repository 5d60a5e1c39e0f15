package org.align4j.policy.train;

import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.LearningRateSchedule;

/**
 * Everything that the loop decides, with transformers' names where it has them.
 *
 * @param epochs passes over the data; fractions allowed
 * @param maxSteps optimizer steps; 0 = as the epochs say
 * @param batchSize examples of one accumulation step
 * @param accumulationSteps accumulation steps of one optimizer step
 * @param microBatchTokens most tokens that go through the network at once
 * @param learningRate peak learning rate
 * @param schedule what it does after warm-up
 * @param warmupRatio share of the steps that warm up
 * @param adam optimizer settings
 * @param maxGradNorm clipping bound; 0 = none
 * @param seed of data order, adapter initialisation and dropout
 * @param shuffle whether to shuffle each epoch
 * @param loggingSteps steps between log lines
 * @param evalSteps steps between evaluations; 0 = only at the end
 * @param saveSteps steps between checkpoints; 0 = only at the end
 */
public record TrainingConfig(
    double epochs,
    long maxSteps,
    int batchSize,
    int accumulationSteps,
    int microBatchTokens,
    double learningRate,
    LearningRateSchedule schedule,
    double warmupRatio,
    AdamW.Settings adam,
    double maxGradNorm,
    long seed,
    boolean shuffle,
    int loggingSteps,
    int evalSteps,
    int saveSteps) {

  /** transformers' and TRL's defaults, at a learning rate. */
  public static TrainingConfig defaults(double learningRate) {
    return new TrainingConfig(
        3,
        0,
        8,
        1,
        4096,
        learningRate,
        LearningRateSchedule.LINEAR,
        0,
        AdamW.Settings.DEFAULT,
        1,
        42,
        true,
        10,
        0,
        0);
  }

  /** Checks ranges. */
  public TrainingConfig {
    require(batchSize > 0, "per_device_train_batch_size must be positive, got " + batchSize);
    require(
        accumulationSteps > 0,
        "gradient_accumulation_steps must be positive, got " + accumulationSteps);
    require(microBatchTokens > 0, "micro_batch_tokens must be positive, got " + microBatchTokens);
    require(learningRate >= 0, "learning_rate must not be negative, got " + learningRate);
    require(
        warmupRatio >= 0 && warmupRatio < 1, "warmup_ratio must be in [0, 1), got " + warmupRatio);
    require(epochs > 0 || maxSteps > 0, "num_train_epochs or max_steps must be positive");
    require(loggingSteps > 0, "logging_steps must be positive, got " + loggingSteps);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Examples of one optimizer step. */
  public int stepExamples() {
    return batchSize * accumulationSteps;
  }

  /** Optimizer steps of a run over {@code examples} examples. */
  public long totalSteps(int examples) {
    long perEpoch = (examples + stepExamples() - 1L) / stepExamples();
    return maxSteps > 0 ? maxSteps : Math.max(1, (long) Math.ceil(perEpoch * epochs));
  }
}
