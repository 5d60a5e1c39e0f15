package org.align4j.policy.generate;

/**
 * A generated completion.
 *
 * @param ids its tokens, the stop token included
 * @param logProbs log-prob of each token under the behaviour policy at its temperature, before
 *     top-k and top-p; greedy completions have those of temperature 1
 * @param finishReason why it ended
 */
public record Completion(int[] ids, double[] logProbs, FinishReason finishReason) {}
