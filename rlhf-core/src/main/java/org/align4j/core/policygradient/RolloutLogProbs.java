package org.align4j.core.policygradient;

import java.util.List;

/**
 * Per-token quantities of sampled completions, {@code [completion][token]}. Lists that an objective
 * does not use may be empty.
 *
 * @param policy log-probs of the policy that is trained, at the temperature of sampling
 * @param old log-probs of the policy as it was when the update began
 * @param reference log-probs of the reference model, for a KL term in the loss
 * @param importance weights of {@link ImportanceCorrection}; empty = 1
 * @param entropies of the policy's next-token distributions, in nats
 * @param advantages constants; a completion's advantage stands at each of its tokens
 */
public record RolloutLogProbs(
    List<double[]> policy,
    List<double[]> old,
    List<double[]> reference,
    List<double[]> importance,
    List<double[]> entropies,
    List<double[]> advantages) {

  /** Checks that every completion has tokens and that all lists agree on their number. */
  public RolloutLogProbs {
    for (int i = 0; i < policy.size(); i++) {
      if (policy.get(i).length == 0) {
        throw new IllegalArgumentException("completion " + i + " has no tokens");
      }
    }
    requireShape("old", policy, old, true);
    requireShape("advantages", policy, advantages, true);
    requireShape("reference", policy, reference, false);
    requireShape("importance", policy, importance, false);
    requireShape("entropies", policy, entropies, false);
  }

  /** The number of completions. */
  public int size() {
    return policy.size();
  }

  private static void requireShape(
      String name, List<double[]> policy, List<double[]> other, boolean always) {
    if (other.isEmpty() && !always) {
      return;
    }
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
