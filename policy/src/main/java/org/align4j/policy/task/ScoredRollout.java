package org.align4j.policy.task;

import java.util.Optional;

/**
 * A sampled completion with everything that a policy-gradient step needs; arrays have one entry a
 * completion token.
 *
 * @param source names it in messages
 * @param prompt token ids; completions of one prompt share the array
 * @param completion token ids
 * @param old log-probs of the policy when the update began, in nats
 * @param advantages constants
 * @param reference log-probs of the reference, in nats, where the objective has a KL term
 * @param importance weights for a sampler that differs from the trainer; without any they are 1
 * @param critique what a critic says, where there is one
 */
public record ScoredRollout(
    String source,
    int[] prompt,
    int[] completion,
    double[] old,
    double[] advantages,
    Optional<double[]> reference,
    Optional<double[]> importance,
    Optional<Critique> critique) {

  /**
   * What a critic learns a completion's values from.
   *
   * @param oldValues the critic's values when the update began, one a token
   * @param returns their targets, one a token
   */
  public record Critique(double[] oldValues, double[] returns) {}

  /**
   * A rollout without reference, importance weights and critic.
   *
   * @param source names it in messages
   * @param prompt token ids; completions of one prompt share the array
   * @param completion token ids
   * @param old log-probs of the policy when the update began, in nats
   * @param advantages constants
   */
  public ScoredRollout(
      String source, int[] prompt, int[] completion, double[] old, double[] advantages) {
    this(
        source,
        prompt,
        completion,
        old,
        advantages,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * {@return the same with log-probs of a reference}
   *
   * @param logProbs in nats, one a token
   */
  public ScoredRollout withReference(double[] logProbs) {
    return new ScoredRollout(
        source, prompt, completion, old, advantages, Optional.of(logProbs), importance, critique);
  }

  /**
   * {@return the same with weights for a sampler that differs from the trainer}
   *
   * @param weights one a token
   */
  public ScoredRollout withImportance(double[] weights) {
    return new ScoredRollout(
        source, prompt, completion, old, advantages, reference, Optional.of(weights), critique);
  }

  /**
   * {@return the same with what a critic learns from}
   *
   * @param oldValues the critic's values when the update began, one a token
   * @param returns their targets, one a token
   */
  public ScoredRollout withCritique(double[] oldValues, double[] returns) {
    return new ScoredRollout(
        source,
        prompt,
        completion,
        old,
        advantages,
        reference,
        importance,
        Optional.of(new Critique(oldValues, returns)));
  }
}
