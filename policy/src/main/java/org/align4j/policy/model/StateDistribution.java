package org.align4j.policy.model;

import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * The capability to show next-token distributions a second time from the states that the head
 * reads: some hundred numbers for a distribution over tens of thousands of tokens. Whoever compares
 * with the same distributions again and again keeps the states. They stand for them as long as the
 * head does not change.
 */
public interface StateDistribution extends FullDistribution {

  /**
   * Runs the model over a batch up to what the head reads: the last layer's normalised output.
   *
   * @param batch prompts with completions
   * @param mode as for {@link #logits(TokenBatch, Mode)}; some models can be trained on the states,
   *     in {@link Mode#TRAIN}
   * @return [head rows, hidden]; valid until the next pass
   */
  Tensor hiddenStates(TokenBatch batch, Mode mode);

  /**
   * What the head says of such states.
   *
   * @param states [targets, hidden]; closed with the logits
   * @param targets of the batch that they are compared with
   * @return the same logits that a pass over the batch would give; the caller closes them
   */
  NextTokenLogits logits(Tensor states, int[] targets);
}
