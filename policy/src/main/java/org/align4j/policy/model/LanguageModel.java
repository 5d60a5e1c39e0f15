package org.align4j.policy.model;

import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.text.TokenBatch;

/**
 * A policy as trainers see it: log-probabilities of completion tokens out, gradients with respect
 * to them back in.
 */
public interface LanguageModel extends Trainable {

  /** How a forward pass is run. */
  enum Mode {
    /** Keeps what the backward pass needs; dropout is on. */
    TRAIN,
    /** The policy without dropout; no backward pass follows. */
    EVALUATE,
    /**
     * The model as training started: the base, with a frozen copy of the adapter that training goes
     * on from, if any.
     */
    REFERENCE
  }

  /** Statistics of every completion token, in the batch's order. */
  default TokenStats forward(TokenBatch batch, Mode mode) {
    return forward(batch, mode, 1);
  }

  /**
   * The same with logits divided by a temperature first, as the tokens were sampled.
   *
   * @param temperature &gt; 0
   */
  TokenStats forward(TokenBatch batch, Mode mode, double temperature);

  /**
   * Back-propagates through the last {@link Mode#TRAIN} pass and adds to the parameters' gradients.
   *
   * @param dLogProbs d loss / d log-prob of each completion token
   */
  void backward(double[] dLogProbs);

  /** Whether {@link Mode#REFERENCE} differs from the policy, that is, whether it is an adapter. */
  boolean hasReference();
}
