package org.align4j.policy.model;

import org.align4j.policy.backend.Tensor;

/** Logits that a head computes when they are read, from its own copy of the hidden states. */
final class HeadLogits implements NextTokenLogits {
  private final LmHead head;
  private final Tensor hidden;
  private final int[] targets;

  /**
   * Logits of hidden states.
   *
   * @param hidden [targets, hidden]; closed with this
   */
  HeadLogits(LmHead head, Tensor hidden, int[] targets) {
    this.head = head;
    this.hidden = hidden;
    this.targets = targets;
  }

  @Override
  public int[] targets() {
    return targets;
  }

  @Override
  public int vocabulary() {
    return head.vocabulary();
  }

  @Override
  public void read(int from, Tensor out) {
    head.logits(hidden.rows(from, out.rows()), out);
  }

  @Override
  public void close() {
    hidden.close();
  }
}
