package org.align4j.policy.model;

import org.align4j.core.distillation.NextTokenLoss;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.policy.text.TokenBatch;

/** A policy that can learn a whole next-token distribution: a student in distillation. */
public interface DistributionLearner extends LanguageModel, FullDistribution {

  /**
   * Runs a {@link Mode#TRAIN} pass, compares with a teacher, back-propagates weight · Σ values and
   * adds to the parameters' gradients.
   *
   * @param batch prompts with completions
   * @param teacher logits at the same targets, perhaps after other prompts; may come from this
   *     model with its adapter off
   * @param divergence of a row of this model from one of the teacher
   * @param weight of every value in the loss
   * @return divergence of each target, in nats
   * @throws IllegalArgumentException if targets or vocabularies differ
   */
  double[] learnDivergence(
      TokenBatch batch, NextTokenLogits teacher, VocabularyDivergence divergence, double weight);

  /**
   * Runs a {@link Mode#TRAIN} pass, evaluates a loss on its distributions, back-propagates weight ·
   * Σ values and adds to the parameters' gradients.
   *
   * @param batch prompts with completions
   * @param loss its rows are the batch's targets, of which it sees the distribution alone
   * @param weight of every value in the loss
   * @return one value a target
   */
  double[] learnLoss(TokenBatch batch, NextTokenLoss loss, double weight);
}
