package org.align4j.reward.gate;

/**
 * What a feed-forward block reads of prompts.
 *
 * @param last at the last token, in the messages' order, [messages][hidden]
 * @param elsewhere at other tokens of some prompts, [places][hidden]
 */
record EndStates(double[][] last, double[][] elsewhere) {}
