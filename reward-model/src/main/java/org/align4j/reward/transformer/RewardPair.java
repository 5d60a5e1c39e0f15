package org.align4j.reward.transformer;

import org.align4j.policy.text.TokenizedPair;

/**
 * A preference pair with the margin that its rewards should keep.
 *
 * @param tokens of prompt and completions
 * @param margin 0 = none
 */
public record RewardPair(TokenizedPair tokens, double margin) {}
