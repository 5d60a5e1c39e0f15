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
 * @param saveSteps steps between checkpoints, of which there is then one at the end; 0 = none, but
 *     for a loss that is not a number
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
    int saveSteps) {

  /** transformers' and TRL's defaults, at a learning rate. */
  public static TrainingConfig defaults(double learningRate) {
    return new Builder(learningRate).build();
  }

  /** A builder that starts from {@link #defaults}. */
  public static Builder builder(double learningRate) {
    return new Builder(learningRate);
  }

  /** A builder that starts from this configuration. */
  public Builder toBuilder() {
    return new Builder(learningRate)
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
        .saveSteps(saveSteps);
  }

  /** Checks ranges. */
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
    require(loggingSteps > 0, "logging_steps must be positive, got " + loggingSteps);
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

  /**
   * How much of the allowed time is used; 0 without a limit.
   *
   * @param start {@link System#nanoTime} when the run began
   */
  public double timeShare(long start) {
    return maxSeconds == 0 ? 0 : (System.nanoTime() - start) / 1e9 / maxSeconds;
  }

  /**
   * The learning rate of a step.
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

  /** Sets what differs from the defaults; methods are named after the components. */
  public static final class Builder {
    private final double learningRate;
    private double epochs = 3;
    private long maxSteps;
    private double maxSeconds;
    private int batchSize = 8;
    private int accumulationSteps = 1;
    private int microBatchTokens = 4096;
    private LearningRateSchedule schedule = LearningRateSchedule.LINEAR;
    private double warmupRatio;
    private long warmupSteps;
    private AdamW.Settings adam = AdamW.Settings.DEFAULT;
    private double maxGradNorm = 1;
    private long seed = 42;
    private boolean shuffle = true;
    private int loggingSteps = 10;
    private int evalSteps;
    private int saveSteps;

    private Builder(double learningRate) {
      this.learningRate = learningRate;
    }

    /** Passes over the data. */
    public Builder epochs(double value) {
      epochs = value;
      return this;
    }

    /** Optimizer steps, instead of epochs. */
    public Builder maxSteps(long value) {
      maxSteps = value;
      return this;
    }

    /** Time after which the run ends. */
    public Builder maxSeconds(double value) {
      maxSeconds = value;
      return this;
    }

    /** Examples of one accumulation step. */
    public Builder batchSize(int value) {
      batchSize = value;
      return this;
    }

    /** Accumulation steps of one optimizer step. */
    public Builder accumulationSteps(int value) {
      accumulationSteps = value;
      return this;
    }

    /** Most tokens that go through the network at once. */
    public Builder microBatchTokens(int value) {
      microBatchTokens = value;
      return this;
    }

    /** What the learning rate does after warm-up. */
    public Builder schedule(LearningRateSchedule value) {
      schedule = value;
      return this;
    }

    /** Share of the steps that warm up. */
    public Builder warmupRatio(double value) {
      warmupRatio = value;
      return this;
    }

    /** Steps that warm up, instead of a share. */
    public Builder warmupSteps(long value) {
      warmupSteps = value;
      return this;
    }

    /** Optimizer settings. */
    public Builder adam(AdamW.Settings value) {
      adam = value;
      return this;
    }

    /** Clipping bound. */
    public Builder maxGradNorm(double value) {
      maxGradNorm = value;
      return this;
    }

    /** Seed of data order, adapter and dropout. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** Whether to shuffle each epoch. */
    public Builder shuffle(boolean value) {
      shuffle = value;
      return this;
    }

    /** Steps between log lines. */
    public Builder loggingSteps(int value) {
      loggingSteps = value;
      return this;
    }

    /** Steps between evaluations. */
    public Builder evalSteps(int value) {
      evalSteps = value;
      return this;
    }

    /** Steps between checkpoints. */
    public Builder saveSteps(int value) {
      saveSteps = value;
      return this;
    }

    /** The configuration, checked. */
    public TrainingConfig build() {
      return new TrainingConfig(
          epochs,
          maxSteps,
          maxSeconds,
          batchSize,
          accumulationSteps,
          microBatchTokens,
          learningRate,
          schedule,
          warmupRatio,
          warmupSteps,
          adam,
          maxGradNorm,
          seed,
          shuffle,
          loggingSteps,
          evalSteps,
          saveSteps);
    }
  }
}
