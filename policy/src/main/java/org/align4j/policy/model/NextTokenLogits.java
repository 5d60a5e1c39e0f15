package org.align4j.policy.model;

import org.align4j.policy.backend.Tensor;

/**
 * Next-token logits of a batch, one row a target, read in blocks of rows so that [targets,
 * vocabulary] need not be held at once. Passes that the model runs meanwhile do not change them;
 * training steps may.
 */
public interface NextTokenLogits extends AutoCloseable {

  /** {@return the targets of the batch, in its order; the array must not be written} */
  int[] targets();

  /** {@return number of columns} */
  int vocabulary();

  /**
   * Writes the logits of consecutive targets, before any temperature.
   *
   * @param from index of the first target
   * @param out [rows, vocabulary]; its number of rows says how many targets are read
   * @throws IndexOutOfBoundsException if there are no so many targets
   */
  void read(int from, Tensor out);

  /** Frees the memory; the logits cannot be read any more. */
  @Override
  void close();
}
