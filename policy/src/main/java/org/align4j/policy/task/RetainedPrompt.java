package org.align4j.policy.task;

import java.util.Arrays;
import java.util.List;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/**
 * A prompt with the reference's next-token distributions after it, kept as the states that the
 * reference's head reads. {@link RetainedPrompts} makes them.
 *
 * @param source names it in messages
 * @param prompt at least one token
 * @param answer the reference's likeliest tokens after it, at each of which there is one more
 *     distribution; may be empty
 * @param states [1 + tokens of the answer][hidden]
 */
public record RetainedPrompt(String source, int[] prompt, int[] answer, float[][] states) {

  /** Tokens that go through the network. */
  int tokens() {
    return prompt.length + answer.length;
  }

  /** Distributions that are compared. */
  int positions() {
    return answer.length + 1;
  }

  /** The rows as a batch; the token behind the last distribution matters to nobody. */
  static TokenBatch batch(List<int[]> prompts, List<int[]> answers) {
    return TokenBatch.of(
        PromptCompletions.ofPairs(
            prompts,
            answers.stream().map(answer -> Arrays.copyOf(answer, answer.length + 1)).toList()));
  }
}
