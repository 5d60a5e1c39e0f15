package org.align4j.policy.run;

import java.util.function.BooleanSupplier;

/**
 * Asks a run to end early, from any thread. Training looks at it between steps, generation between
 * tokens. A cancelled run keeps what it has learnt so far and can be resumed from its checkpoint.
 */
public final class CancellationToken {
  private final BooleanSupplier condition;
  private volatile boolean cancelled;

  /** A token that is cancelled by {@link #cancel} alone. */
  public CancellationToken() {
    this(() -> false);
  }

  private CancellationToken(BooleanSupplier condition) {
    this.condition = condition;
  }

  /**
   * {@return a token that is also cancelled once a condition holds, such as a deadline}
   *
   * @param condition called from the training thread
   */
  public static CancellationToken when(BooleanSupplier condition) {
    return new CancellationToken(condition);
  }

  /** Cancels the run; there is no way back. */
  public void cancel() {
    cancelled = true;
  }

  /** {@return whether the run has been cancelled} */
  public boolean isCancelled() {
    if (!cancelled && condition.getAsBoolean()) {
      cancelled = true;
    }
    return cancelled;
  }
}
