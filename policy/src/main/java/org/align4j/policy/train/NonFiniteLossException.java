package org.align4j.policy.train;

/** Training stopped because the loss or the gradient is not a number. */
public final class NonFiniteLossException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NonFiniteLossException(String message) {
    super(message);
  }

  /** The same, with where the run can go on from. */
  NonFiniteLossException withWayOn(String wayOn) {
    NonFiniteLossException out = new NonFiniteLossException(getMessage() + "; " + wayOn);
    out.initCause(this);
    return out;
  }
}
