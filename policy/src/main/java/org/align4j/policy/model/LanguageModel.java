package org.align4j.policy.model;

import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.text.TokenBatch;

/**
 * The capability that every objective needs of a policy: log-probabilities of completion tokens
 * out, gradients with respect to them back in. What else a policy can do are interfaces of their
 * own: {@link FullDistribution}, {@link DistributionLearner} and, for drawing completions, {@code
 * Sampler} in the package {@code generate}.
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

  /**
   * {@link #forward(TokenBatch, Mode, double)} at temperature 1.
   *
   * @param batch prompts with completions
   * @param mode whether to train, to evaluate or to run the reference
   * @return statistics of the completions' tokens, one entry a token
   */
  default TokenStats forward(TokenBatch batch, Mode mode) {
    return forward(batch, mode, 1);
  }

  /**
   * Runs the model over a batch.
   *
   * @param batch prompts with completions
   * @param mode whether to train, to evaluate or to run the reference
   * @param temperature what logits are divided by, &gt; 0: that at which the tokens were sampled
   * @return statistics of every completion token, in the order of the batch's targets
   * @throws IllegalStateException in {@link Mode#REFERENCE} if the model has no adapter to switch
   *     off
   */
  TokenStats forward(TokenBatch batch, Mode mode, double temperature);

  /**
   * Back-propagates through the last {@link Mode#TRAIN} pass and adds to the parameters' gradients.
   *
   * @param dLogProbs d loss / d log-prob of each completion token
   * @throws IllegalStateException if no {@link Mode#TRAIN} pass came before
   */
  void backward(double[] dLogProbs);

  /**
   * {@return whether {@link Mode#REFERENCE} differs from the policy, that is, whether it is an
   * adapter}
   */
  boolean hasReference();
}
