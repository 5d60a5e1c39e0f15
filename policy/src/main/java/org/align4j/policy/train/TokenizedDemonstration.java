package org.align4j.policy.train;

/**
 * A demonstration as token ids.
 *
 * @param source {@code file:row}
 */
public record TokenizedDemonstration(String source, int[] prompt, int[] completion) {}
