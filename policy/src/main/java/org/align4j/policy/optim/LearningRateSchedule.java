package org.align4j.policy.optim;

import java.util.Locale;
import org.align4j.core.ConfigurationException;

/** How the learning rate moves, as transformers' schedulers of the same names. */
public enum LearningRateSchedule {
  /** Falls linearly to zero after warm-up. */
  LINEAR,
  /** Falls along half a cosine to zero after warm-up. */
  COSINE,
  /** Stays, without warm-up. */
  CONSTANT,
  /** Stays after warm-up. */
  CONSTANT_WITH_WARMUP;

  /**
   * Accepts transformers' spelling.
   *
   * @param name in any case
   * @return the schedule
   */
  public static LearningRateSchedule parse(String name) {
    try {
      return valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "lr_scheduler_type is \""
              + name
              + "\"; expected linear, cosine, constant or constant_with_warmup",
          e);
    }
  }

  /** {@return whether the rate rises first; if not, warm-up steps have no effect} */
  public boolean warmsUp() {
    return this != CONSTANT;
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
    if (warmsUp() && step < warmup) {
      return (double) step / warmup;
    }
    double progress = (double) (step - warmup) / Math.max(1, total - warmup);
    return switch (this) {
      case LINEAR -> Math.max(0, 1 - progress);
      case COSINE -> Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
      case CONSTANT, CONSTANT_WITH_WARMUP -> 1;
    };
  }
}
