package org.align4j.core.data;

/**
 * A prompt with the completion to imitate.
 *
 * @param source where it came from ({@code file:row}), for messages
 */
public record Demonstration(String source, Content prompt, Content completion) {}
