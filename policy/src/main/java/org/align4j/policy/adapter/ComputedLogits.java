package org.align4j.policy.adapter;

import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.NextTokenLogits;

/**
 * Logits that have been computed.
 *
 * @param values [targets, vocabulary]; closed with this
 */
record ComputedLogits(Tensor values, int[] targets) implements NextTokenLogits {
  @Override
  public int vocabulary() {
    return values.columns();
  }

  @Override
  public void read(int from, Tensor out) {
    out.copyFrom(values.rows(from, out.rows()));
  }

  @Override
  public void close() {
    values.close();
  }
}
