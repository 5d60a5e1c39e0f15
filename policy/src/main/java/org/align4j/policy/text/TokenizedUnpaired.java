package org.align4j.policy.text;

/**
 * A single completion, good or bad, as token ids.
 *
 * @param source {@code file:row}
 * @param prompt ids, at least one
 * @param completion ids, at least one
 * @param desirable whether the completion is good
 */
public record TokenizedUnpaired(String source, int[] prompt, int[] completion, boolean desirable) {}
