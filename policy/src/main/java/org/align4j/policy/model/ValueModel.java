package org.align4j.policy.model;

import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * One number at each head row of a batch: a critic's value of the state before each completion
 * token on {@link TokenBatch#of}, a score of each completion on {@link TokenBatch#lastTokens}.
 */
public interface ValueModel extends Trainable {

  /**
   * Values of a batch.
   *
   * @param batch prompts with completions
   * @param mode {@link Mode#TRAIN} keeps what {@link #backward} needs
   * @return one number a head row
   */
  double[] forward(TokenBatch batch, Mode mode);

  /**
   * Back-propagates through the last {@link Mode#TRAIN} pass and adds to the parameters' gradients.
   *
   * @param dValues d loss / d number of each head row
   */
  void backward(double[] dValues);
}
