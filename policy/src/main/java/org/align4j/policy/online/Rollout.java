package org.align4j.policy.online;

import org.align4j.policy.generate.Completion;

/**
 * A sampled completion.
 *
 * @param prompt what it answers; completions of one prompt share the record
 * @param completion ids, the sampler's log-probs, why it ended
 * @param text what reward functions see
 */
public record Rollout(OnlinePrompt prompt, Completion completion, String text) {

  /** Whether the model ended the completion itself. */
  public boolean terminated() {
    return completion.finishReason().equals("stop");
  }

  /** Number of tokens, the end token included. */
  public int tokens() {
    return completion.ids().length;
  }
}
