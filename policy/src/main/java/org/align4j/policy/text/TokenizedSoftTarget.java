package org.align4j.policy.text;

/**
 * A prompt with the probability that its answer should begin with one of some tokens, as token ids.
 *
 * @param source {@code file:row}
 * @param prompt at least one token
 * @param target in [0, 1]
 */
public record TokenizedSoftTarget(String source, int[] prompt, double target) {}
