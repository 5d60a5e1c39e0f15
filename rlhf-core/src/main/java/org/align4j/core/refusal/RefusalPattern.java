package org.align4j.core.refusal;

/** What an answer does with a request. */
public enum RefusalPattern {
  /** Declines at the start and gives nothing of what was asked. */
  EARLY(true),
  /**
   * Begins to answer and declines later (DeRTa, arXiv 2407.09121: most safe answers of some
   * models).
   */
  LATE(true),
  /**
   * Declines a part, or declines and then gives something of what was asked. XSTest's "partial
   * refusal"; it counts as refused there and here, but is not {@link #complete()}.
   */
  PARTIAL(true),
  /** Empty, or the same few words over and over; neither an answer nor a refusal. */
  DEGENERATE(false),
  /** Answers. */
  NONE(false);

  private final boolean refused;

  RefusalPattern(boolean refused) {
    this.refused = refused;
  }

  /** {@return whether the answer declines at least a part; this counts into the refusal rate} */
  public boolean refused() {
    return refused;
  }

  /** {@return whether the answer declines and gives nothing of what was asked} */
  public boolean complete() {
    return refused && this != PARTIAL;
  }
}
