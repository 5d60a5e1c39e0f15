package org.align4j.policy.online;

/**
 * A prompt to sample completions for.
 *
 * @param source {@code file:row}
 * @param text what reward functions see
 * @param ids the same with the chat template, as token ids
 */
public record OnlinePrompt(String source, String text, int[] ids) {}
