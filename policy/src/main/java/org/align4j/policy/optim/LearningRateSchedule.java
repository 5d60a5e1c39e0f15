package org.align4j.policy.optim;

import java.util.Locale;

/** How the learning rate moves after warm-up, as transformers' schedulers of the same names. */
public enum LearningRateSchedule {
  /** Falls linearly to zero. */
  LINEAR,
  /** Falls along half a cosine to zero. */
  COSINE,
  /** Stays. */
  CONSTANT;

  /** Accepts transformers' spelling; {@code constant_with_warmup} is constant here. */
  public static LearningRateSchedule parse(String name) {
    String plain = name.equals("constant_with_warmup") ? "constant" : name;
    try {
      return valueOf(plain.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "lr_scheduler_type is \"" + name + "\"; expected linear, cosine or constant", e);
    }
  }

  /**
   * Factor on the learning rate.
   *
   * @param step steps done before this one, from 0
   * @param warmup steps of linear warm-up
   * @param total steps of the whole run
   * @return in [0, 1]
   */
  public double factor(long step, long warmup, long total) {
    if (step < warmup) {
      return (double) step / warmup;
    }
    double progress = (double) (step - warmup) / Math.max(1, total - warmup);
    return switch (this) {
      case LINEAR -> Math.max(0, 1 - progress);
      case COSINE -> Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
      case CONSTANT -> 1;
    };
  }
}
