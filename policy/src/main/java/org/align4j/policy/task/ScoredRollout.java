package org.align4j.policy.task;

/**
 * A sampled completion with everything that a policy-gradient step needs; arrays have one entry a
 * completion token.
 *
 * @param source names it in messages
 * @param prompt token ids; completions of one prompt share the array
 * @param completion token ids
 * @param old log-probs of the policy when the update began
 * @param reference log-probs of the reference; null where the objective has no KL term
 * @param importance weights for a sampler that differs from the trainer; null = 1
 * @param advantages constants
 * @param oldValues the critic's values when the update began; null without a critic
 * @param returns the critic's targets; null without a critic
 */
public record ScoredRollout(
    String source,
    int[] prompt,
    int[] completion,
    double[] old,
    double[] reference,
    double[] importance,
    double[] advantages,
    double[] oldValues,
    double[] returns) {

  /** A rollout for an objective without critic. */
  public ScoredRollout(
      String source,
      int[] prompt,
      int[] completion,
      double[] old,
      double[] reference,
      double[] advantages) {
    this(source, prompt, completion, old, reference, null, advantages, null, null);
  }
}
