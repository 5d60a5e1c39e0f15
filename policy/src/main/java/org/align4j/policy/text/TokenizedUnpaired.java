package org.align4j.policy.text;

/**
 * A single completion, good or bad, as token ids.
 *
 * @param source {@code file:row}
 */
public record TokenizedUnpaired(String source, int[] prompt, int[] completion, boolean desirable) {}
