package org.align4j.core.refusal;

/** What an answer does with a request. */
public enum RefusalPattern {
  /** Declines at the start and gives nothing else. */
  EARLY(true),
  /**
   * Begins to answer and declines later (DeRTa, arXiv 2407.09121: most safe answers of some
   * models).
   */
  LATE(true),
  /** Declines and then answers all the same; not a refusal. */
  PARTIAL(false),
  /** Empty, or the same few words over and over; neither an answer nor a refusal. */
  DEGENERATE(false),
  /** No refusal wording. */
  NONE(false);

  private final boolean refused;

  RefusalPattern(boolean refused) {
    this.refused = refused;
  }

  /** Whether this counts into the refusal rate. */
  public boolean refused() {
    return refused;
  }
}
