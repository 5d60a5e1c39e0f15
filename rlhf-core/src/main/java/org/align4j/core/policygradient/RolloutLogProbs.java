package org.align4j.core.policygradient;

import java.util.List;

/**
 * Per-token quantities of sampled completions, {@code [completion][token]}. What only some
 * objectives need is added by the {@code with} methods.
 */
public final class RolloutLogProbs {
  private final List<double[]> policy;
  private final List<double[]> old;
  private final List<double[]> advantages;
  private final List<double[]> reference;
  private final List<double[]> importance;
  private final List<double[]> entropies;

  /**
   * What every objective needs.
   *
   * @param policy log-probs of the policy that is trained, at the temperature of sampling
   * @param old log-probs of the policy as it was when the update began
   * @param advantages constants; a completion's advantage stands at each of its tokens
   * @throws IllegalArgumentException if a completion has no tokens or the shapes differ
   */
  public RolloutLogProbs(List<double[]> policy, List<double[]> old, List<double[]> advantages) {
    this(policy, old, advantages, List.of(), List.of(), List.of());
    for (int i = 0; i < policy.size(); i++) {
      if (policy.get(i).length == 0) {
        throw new IllegalArgumentException("completion " + i + " has no tokens");
      }
    }
    requireShape("old", policy, old);
    requireShape("advantages", policy, advantages);
  }

  private RolloutLogProbs(
      List<double[]> policy,
      List<double[]> old,
      List<double[]> advantages,
      List<double[]> reference,
      List<double[]> importance,
      List<double[]> entropies) {
    this.policy = policy;
    this.old = old;
    this.advantages = advantages;
    this.reference = reference;
    this.importance = importance;
    this.entropies = entropies;
  }

  /**
   * With log-probs of the reference model, for a KL term in the loss; an empty list is none.
   *
   * @param rows one array a completion, or none
   * @return the rollouts with them
   */
  public RolloutLogProbs withReference(List<double[]> rows) {
    requireShapeIfPresent("reference", rows);
    return new RolloutLogProbs(policy, old, advantages, rows, importance, entropies);
  }

  /**
   * With weights of an {@link ImportanceCorrection}; an empty list stands for 1 everywhere.
   *
   * @param rows one array a completion, or none
   * @return the rollouts with them
   */
  public RolloutLogProbs withImportance(List<double[]> rows) {
    requireShapeIfPresent("importance", rows);
    return new RolloutLogProbs(policy, old, advantages, reference, rows, entropies);
  }

  /**
   * With entropies of the policy's next-token distributions, in nats; an empty list is none.
   *
   * @param rows one array a completion, or none
   * @return the rollouts with them
   */
  public RolloutLogProbs withEntropies(List<double[]> rows) {
    requireShapeIfPresent("entropies", rows);
    return new RolloutLogProbs(policy, old, advantages, reference, importance, rows);
  }

  /** {@return the number of completions} */
  public int size() {
    return policy.size();
  }

  /** {@return log-probs of the policy that is trained} */
  public List<double[]> policy() {
    return policy;
  }

  /** {@return log-probs of the policy as it was when the update began} */
  public List<double[]> old() {
    return old;
  }

  /** {@return advantages of the tokens} */
  public List<double[]> advantages() {
    return advantages;
  }

  /** {@return log-probs of the reference model; empty without one} */
  public List<double[]> reference() {
    return reference;
  }

  /** {@return weights that correct for the sampler; empty = 1} */
  public List<double[]> importance() {
    return importance;
  }

  /** {@return entropies in nats; empty where no objective needs them} */
  public List<double[]> entropies() {
    return entropies;
  }

  private void requireShapeIfPresent(String name, List<double[]> other) {
    if (!other.isEmpty()) {
      requireShape(name, policy, other);
    }
  }

  private static void requireShape(String name, List<double[]> policy, List<double[]> other) {
    if (other.size() != policy.size()) {
      throw new IllegalArgumentException(
          name + " has " + other.size() + " rows; the policy has " + policy.size());
    }
    for (int i = 0; i < policy.size(); i++) {
      if (other.get(i).length != policy.get(i).length) {
        throw new IllegalArgumentException(
            name
                + "["
                + i
                + "] has "
                + other.get(i).length
                + " tokens; the policy has "
                + policy.get(i).length);
      }
    }
  }
}
