package org.align4j.policy.online;

import java.util.List;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.FinishReason;
import org.align4j.policy.text.RolloutBatches;
import org.align4j.policy.text.TokenBatch;

/**
 * A sampled completion.
 *
 * @param prompt what it answers; completions of one prompt share the record
 * @param completion ids, the sampler's log-probs, why it ended
 * @param text what reward functions see
 */
public record Rollout(OnlinePrompt prompt, Completion completion, String text) {

  /**
   * {@return all of them as one batch, in this order}
   *
   * @param rollouts neighbours of one prompt share its rows
   */
  public static TokenBatch batch(List<Rollout> rollouts) {
    return RolloutBatches.of(
        rollouts, rollout -> rollout.prompt.ids(), rollout -> rollout.completion.ids());
  }

  /** {@return whether the model ended the completion itself} */
  public boolean terminated() {
    return completion.finishReason() == FinishReason.STOP;
  }

  /** {@return number of tokens, the end token included} */
  public int tokens() {
    return completion.ids().length;
  }
}
