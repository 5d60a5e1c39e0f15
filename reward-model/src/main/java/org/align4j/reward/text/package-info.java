/** Prompts and answers as turns of a chat, tokenised. */
package org.align4j.reward.text;
