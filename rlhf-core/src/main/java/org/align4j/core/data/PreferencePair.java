package org.align4j.core.data;

/**
 * A prompt with a preferred and a dispreferred completion.
 *
 * @param source where it came from ({@code file:row}), for messages
 */
public record PreferencePair(String source, Content prompt, Content chosen, Content rejected) {}
