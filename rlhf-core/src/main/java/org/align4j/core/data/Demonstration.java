package org.align4j.core.data;

/**
 * A prompt with the completion to imitate.
 *
 * @param source where it came from ({@code file:row}), for messages
 * @param prompt what the completion follows
 * @param completion what the model should say
 */
public record Demonstration(String source, Content prompt, Content completion) {}
