package org.align4j.core.objective;

import org.align4j.core.objective.PairBatch.Sides;

/**
 * The weighted sum of a loss over a batch with its partial derivatives.
 *
 * @param sum Σ_i weight_i · loss_i (not yet divided by the number of pairs)
 * @param dScores d sum / d score
 * @param dRatios d sum / d log-ratio, for the losses that bypass the divergence
 * @param dChosenTokens d sum / d log-prob that falls on every chosen token alike (the SFT term)
 */
record LossTerms(double sum, Sides dScores, Sides dRatios, double dChosenTokens) {}
