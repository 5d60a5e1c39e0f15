package org.align4j.policy.train;

/** Training stopped because the loss, the gradient or a weight is not a number. */
public final class NonFiniteLossException extends TrainingException {
  private static final long serialVersionUID = 1L;

  /** Whether the run can be resumed from a checkpoint. */
  private final boolean resumable;

  NonFiniteLossException(String message) {
    super(message);
    resumable = false;
  }

  private NonFiniteLossException(String message, boolean resumable, Throwable cause) {
    super(message, cause);
    this.resumable = resumable;
  }

  /**
   * The same, with where the run can go on from.
   *
   * @param checkpointed whether there is a checkpoint of the run
   */
  NonFiniteLossException withWayOn(String wayOn, boolean checkpointed) {
    return new NonFiniteLossException(getMessage() + "; " + wayOn, checkpointed, this);
  }

  /** {@return whether there is a checkpoint that the run can be resumed from} */
  public boolean resumable() {
    return resumable;
  }
}
