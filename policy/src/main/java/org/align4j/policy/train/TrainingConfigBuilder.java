package org.align4j.policy.train;

import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.LearningRateSchedule;

/** Sets what differs from the defaults; methods are named after the components. */
public final class TrainingConfigBuilder {
  private double learningRate;
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
  private boolean evalOnStart;
  private int saveSteps;
  private int saveTotalLimit = 1;

  TrainingConfigBuilder(double learningRate) {
    this.learningRate = learningRate;
  }

  /**
   * Peak learning rate, instead of the trainer's default.
   *
   * @param value ≥ 0
   * @return this builder
   */
  public TrainingConfigBuilder learningRate(double value) {
    learningRate = value;
    return this;
  }

  /**
   * Passes over the data.
   *
   * @param value &gt; 0; fractions allowed
   * @return this builder
   */
  public TrainingConfigBuilder epochs(double value) {
    epochs = value;
    return this;
  }

  /**
   * Optimizer steps, instead of epochs.
   *
   * @param value 0 = as the epochs say
   * @return this builder
   */
  public TrainingConfigBuilder maxSteps(long value) {
    maxSteps = value;
    return this;
  }

  /**
   * Time after which the run ends.
   *
   * @param value in seconds; 0 = none
   * @return this builder
   */
  public TrainingConfigBuilder maxSeconds(double value) {
    maxSeconds = value;
    return this;
  }

  /**
   * Examples of one accumulation step.
   *
   * @param value ≥ 1
   * @return this builder
   */
  public TrainingConfigBuilder batchSize(int value) {
    batchSize = value;
    return this;
  }

  /**
   * Accumulation steps of one optimizer step.
   *
   * @param value ≥ 1
   * @return this builder
   */
  public TrainingConfigBuilder accumulationSteps(int value) {
    accumulationSteps = value;
    return this;
  }

  /**
   * Most tokens that go through the network at once.
   *
   * @param value ≥ 1; changes no result
   * @return this builder
   */
  public TrainingConfigBuilder microBatchTokens(int value) {
    microBatchTokens = value;
    return this;
  }

  /**
   * What the learning rate does after warm-up.
   *
   * @param value such as {@link LearningRateSchedule#LINEAR}
   * @return this builder
   */
  public TrainingConfigBuilder schedule(LearningRateSchedule value) {
    schedule = value;
    return this;
  }

  /**
   * Share of the steps that warm up.
   *
   * @param value in [0, 1]
   * @return this builder
   */
  public TrainingConfigBuilder warmupRatio(double value) {
    warmupRatio = value;
    return this;
  }

  /**
   * Steps that warm up, instead of a share.
   *
   * @param value 0 = as the ratio says
   * @return this builder
   */
  public TrainingConfigBuilder warmupSteps(long value) {
    warmupSteps = value;
    return this;
  }

  /**
   * Optimizer settings.
   *
   * @param value moments' decay, ε and weight decay
   * @return this builder
   */
  public TrainingConfigBuilder adam(AdamW.Settings value) {
    adam = value;
    return this;
  }

  /**
   * Clipping bound.
   *
   * @param value of the gradients' norm; 0 = none
   * @return this builder
   */
  public TrainingConfigBuilder maxGradNorm(double value) {
    maxGradNorm = value;
    return this;
  }

  /**
   * Seed of data order, adapter and dropout.
   *
   * @param value any number
   * @return this builder
   */
  public TrainingConfigBuilder seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Whether to shuffle each epoch.
   *
   * @param value whether to
   * @return this builder
   */
  public TrainingConfigBuilder shuffle(boolean value) {
    shuffle = value;
    return this;
  }

  /**
   * Steps between log lines.
   *
   * @param value ≥ 1
   * @return this builder
   */
  public TrainingConfigBuilder loggingSteps(int value) {
    loggingSteps = value;
    return this;
  }

  /**
   * Steps between evaluations.
   *
   * @param value 0 = only at the end
   * @return this builder
   */
  public TrainingConfigBuilder evalSteps(int value) {
    evalSteps = value;
    return this;
  }

  /**
   * Whether to evaluate before the first step as well.
   *
   * @param value whether to
   * @return this builder
   */
  public TrainingConfigBuilder evalOnStart(boolean value) {
    evalOnStart = value;
    return this;
  }

  /**
   * Number of checkpoints that are kept.
   *
   * @param value ≥ 1; the newest ones
   * @return this builder
   */
  public TrainingConfigBuilder saveTotalLimit(int value) {
    saveTotalLimit = value;
    return this;
  }

  /**
   * Steps between checkpoints.
   *
   * @param value 0 = none
   * @return this builder
   */
  public TrainingConfigBuilder saveSteps(int value) {
    saveSteps = value;
    return this;
  }

  /** {@return the configuration, checked} */
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
        evalOnStart,
        saveSteps,
        saveTotalLimit);
  }
}
