package org.align4j.policy.train;

import static org.align4j.core.ConfigurationException.require;

import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.LearningRateSchedule;

/**
 * Everything that the loop decides, with transformers' names where it has them.
 *
 * @param epochs passes over the data; fractions allowed
 * @param maxSteps optimizer steps; 0 = as the epochs say
 * @param maxSeconds time after which the run ends, 0 = none; the schedule follows steps or time,
 *     whichever is further on, so that the learning rate has come down when time is up
 * @param batchSize examples of one accumulation step
 * @param accumulationSteps accumulation steps of one optimizer step
 * @param microBatchTokens most tokens that go through the network at once
 * @param learningRate peak learning rate
 * @param schedule what it does
 * @param warmupRatio share of the steps that warm up, rounded up to a whole step
 * @param warmupSteps steps that warm up; 0 = as the ratio says
 * @param adam optimizer settings
 * @param maxGradNorm clipping bound; 0 = none
 * @param seed of data order, adapter initialisation and dropout
 * @param shuffle whether to shuffle each epoch
 * @param loggingSteps steps between log lines
 * @param evalSteps steps between evaluations; 0 = only at the end
 * @param evalOnStart whether to evaluate before the first step as well
 * @param saveSteps steps between checkpoints, of which there is then one at the end; 0 = none, but
 *     for a loss that is not a number
 * @param saveTotalLimit checkpoints that are kept, the newest ones; &ge; 1
 */
public record TrainingConfig(
    double epochs,
    long maxSteps,
    double maxSeconds,
    int batchSize,
    int accumulationSteps,
    int microBatchTokens,
    double learningRate,
    LearningRateSchedule schedule,
    double warmupRatio,
    long warmupSteps,
    AdamW.Settings adam,
    double maxGradNorm,
    long seed,
    boolean shuffle,
    int loggingSteps,
    int evalSteps,
    boolean evalOnStart,
    int saveSteps,
    int saveTotalLimit) {

  /**
   * {@return transformers' and TRL's defaults, at a learning rate}
   *
   * @param learningRate peak, ≥ 0
   */
  public static TrainingConfig defaults(double learningRate) {
    return new TrainingConfigBuilder(learningRate).build();
  }

  /**
   * {@return a builder that starts from {@link #defaults}}
   *
   * @param learningRate peak, ≥ 0
   */
  public static TrainingConfigBuilder builder(double learningRate) {
    return new TrainingConfigBuilder(learningRate);
  }

  /** {@return a builder that starts from this configuration} */
  public TrainingConfigBuilder toBuilder() {
    return new TrainingConfigBuilder(learningRate)
        .epochs(epochs)
        .maxSteps(maxSteps)
        .maxSeconds(maxSeconds)
        .batchSize(batchSize)
        .accumulationSteps(accumulationSteps)
        .microBatchTokens(microBatchTokens)
        .schedule(schedule)
        .warmupRatio(warmupRatio)
        .warmupSteps(warmupSteps)
        .adam(adam)
        .maxGradNorm(maxGradNorm)
        .seed(seed)
        .shuffle(shuffle)
        .loggingSteps(loggingSteps)
        .evalSteps(evalSteps)
        .evalOnStart(evalOnStart)
        .saveSteps(saveSteps)
        .saveTotalLimit(saveTotalLimit);
  }

  /**
   * Checks ranges.
   *
   * @param epochs passes over the data; fractions allowed
   * @param maxSteps optimizer steps; 0 = as the epochs say
   * @param maxSeconds time after which the run ends, 0 = none; the schedule follows steps or time,
   *     whichever is further on, so that the learning rate has come down when time is up
   * @param batchSize examples of one accumulation step
   * @param accumulationSteps accumulation steps of one optimizer step
   * @param microBatchTokens most tokens that go through the network at once
   * @param learningRate peak learning rate
   * @param schedule what it does
   * @param warmupRatio share of the steps that warm up, rounded up to a whole step
   * @param warmupSteps steps that warm up; 0 = as the ratio says
   * @param adam optimizer settings
   * @param maxGradNorm clipping bound; 0 = none
   * @param seed of data order, adapter initialisation and dropout
   * @param shuffle whether to shuffle each epoch
   * @param loggingSteps steps between log lines
   * @param evalSteps steps between evaluations; 0 = only at the end
   * @param evalOnStart whether to evaluate before the first step as well
   * @param saveSteps steps between checkpoints, of which there is then one at the end; 0 = none,
   *     but for a loss that is not a number
   * @param saveTotalLimit checkpoints that are kept, the newest ones; &ge; 1
   */
  public TrainingConfig {
    require(maxSeconds >= 0, "max_seconds must not be negative, got " + maxSeconds);
    require(batchSize > 0, "per_device_train_batch_size must be positive, got " + batchSize);
    require(
        accumulationSteps > 0,
        "gradient_accumulation_steps must be positive, got " + accumulationSteps);
    require(microBatchTokens > 0, "micro_batch_tokens must be positive, got " + microBatchTokens);
    require(learningRate >= 0, "learning_rate must not be negative, got " + learningRate);
    require(
        warmupRatio >= 0 && warmupRatio < 1, "warmup_ratio must be in [0, 1), got " + warmupRatio);
    require(warmupSteps >= 0, "warmup_steps must not be negative, got " + warmupSteps);
    require(epochs > 0 || maxSteps > 0, "num_train_epochs or max_steps must be positive");
    require(saveTotalLimit > 0, "save_total_limit must be at least 1, got " + saveTotalLimit);
    require(loggingSteps > 0, "logging_steps must be positive, got " + loggingSteps);
  }

  /** {@return examples of one optimizer step} */
  public int stepExamples() {
    return batchSize * accumulationSteps;
  }

  /**
   * {@return optimizer steps of a run over {@code examples} examples}
   *
   * @param examples number of rows
   */
  public long totalSteps(int examples) {
    long perEpoch = (examples + stepExamples() - 1L) / stepExamples();
    return maxSteps > 0 ? maxSteps : Math.max(1, (long) Math.ceil(perEpoch * epochs));
  }

  /**
   * {@return how much of the allowed time is used; 0 without a limit}
   *
   * @param start {@link System#nanoTime} when the run began
   */
  public double timeShare(long start) {
    return maxSeconds == 0 ? 0 : (System.nanoTime() - start) / 1e9 / maxSeconds;
  }

  /**
   * {@return the learning rate of a step}
   *
   * @param step steps done before it
   * @param timeShare what {@link #timeShare} says
   * @param total steps of the whole run
   */
  public double rate(long step, double timeShare, long total) {
    long warmup = warmupSteps > 0 ? warmupSteps : (long) Math.ceil(warmupRatio * total);
    return learningRate
        * schedule.factor(Math.max(step, (long) (timeShare * total)), warmup, total);
  }
}
