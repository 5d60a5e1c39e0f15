package org.align4j.policy.model;

import org.align4j.core.distillation.NextTokenLoss;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * The capability of a model to show its whole next-token distribution, not only the log-probs of
 * given tokens. The exact KL to a reference needs it of both sides, distillation of the teacher.
 */
public interface FullDistribution {

  /**
   * Runs the model over a batch.
   *
   * @param batch prompts with completions
   * @param mode {@link Mode#EVALUATE} or {@link Mode#REFERENCE}
   * @return logits of every target; the caller closes them
   * @throws IllegalArgumentException in {@link Mode#TRAIN}
   * @throws IllegalStateException in {@link Mode#REFERENCE} if the model has no adapter to switch
   *     off
   */
  NextTokenLogits logits(TokenBatch batch, Mode mode);

  /**
   * Divergence of this model's distribution from another one at every target of a batch.
   *
   * @param batch prompts with completions
   * @param mode as for {@link #logits}
   * @param other of the same targets and vocabulary
   * @param divergence of a row of this model from one of the other
   * @return one value a target, in nats
   * @throws IllegalArgumentException if targets or vocabularies differ
   */
  default double[] divergence(
      TokenBatch batch, Mode mode, NextTokenLogits other, VocabularyDivergence divergence) {
    try (NextTokenLogits mine = logits(batch, mode)) {
      return LogitComparison.divergence(mine, other, divergence);
    }
  }

  /**
   * A loss on this model's distribution at every target of a batch.
   *
   * @param batch prompts with completions
   * @param mode as for {@link #logits}
   * @param loss its rows are the targets
   * @return one value a target
   */
  default double[] loss(TokenBatch batch, Mode mode, NextTokenLoss loss) {
    try (NextTokenLogits mine = logits(batch, mode)) {
      return LogitComparison.loss(mine, loss);
    }
  }
}
