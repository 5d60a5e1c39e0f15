package org.align4j.core.data;

/**
 * A prompt with a preferred and a dispreferred completion.
 *
 * @param source where it came from ({@code file:row}), for messages
 * @param prompt what both completions follow
 * @param chosen the preferred completion
 * @param rejected the other one
 */
public record PreferencePair(String source, Content prompt, Content chosen, Content rejected) {}
