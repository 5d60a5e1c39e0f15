package org.align4j.policy.train;

/**
 * Peak learning rates of TRL's configurations, which trainers and commands start from. Online
 * methods name their own.
 */
public final class LearningRates {
  /** Of supervised fine-tuning, {@code SFTConfig}. */
  public static final double SUPERVISED = 2e-5;

  /** Of losses on pairs, {@code DPOConfig}. */
  public static final double PREFERENCE = 1e-6;

  /** Of losses on single labelled answers, {@code KTOConfig}. */
  public static final double UNPAIRED = 1e-6;

  /** Of distillation, {@code GKDConfig}. */
  public static final double DISTILLATION = 2e-5;

  private LearningRates() {}
}
