package org.align4j.core.data;

/**
 * A prompt with one completion that is good or bad.
 *
 * @param source where it came from ({@code file:row}), for messages
 * @param prompt what the completion follows
 * @param completion the good or bad one
 * @param desirable TRL's {@code label}
 */
public record UnpairedExample(
    String source, Content prompt, Content completion, boolean desirable) {}
