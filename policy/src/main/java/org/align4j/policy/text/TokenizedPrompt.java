package org.align4j.policy.text;

/**
 * A prompt as token ids.
 *
 * @param source {@code file:row}
 * @param ids at least one token
 */
public record TokenizedPrompt(String source, int[] ids) {}
