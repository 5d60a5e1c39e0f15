package org.align4j.policy.model;

import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * A policy with a critic that values the state before each completion token. Parameters are the
 * policy's, then the critic's with {@code critic.} before their names.
 */
public interface ActorCritic extends Trainable {
  /** What the names of a critic's parameters begin with. */
  String CRITIC = "critic.";

  /**
   * A critic of its own: any policy, any value model.
   *
   * @param policy the actor
   * @param critic has parameters of its own
   * @return both
   */
  static ActorCritic separate(LanguageModel policy, ValueModel critic) {
    return new SeparateCritic(policy, critic);
  }

  /**
   * {@return a value head of zeros on a transformer's own states: a shared trunk, half the work}
   *
   * @param policy the actor, whose states the head reads
   */
  static ActorCritic sharedTrunk(DecoderTransformer policy) {
    return new SharedTrunkCritic(policy);
  }

  /**
   * What a pass gives, one entry a completion token.
   *
   * @param stats of the policy
   * @param values of the critic
   */
  record Pass(TokenStats stats, double[] values) {}

  /** {@return the policy} */
  LanguageModel policy();

  @Override
  default Backend backend() {
    return policy().backend();
  }

  @Override
  default String referenceAdapterFingerprint() {
    return policy().referenceAdapterFingerprint();
  }

  /**
   * Runs policy and critic.
   *
   * @param batch prompts with completions
   * @param mode whether a backward pass follows
   * @param temperature what the policy's logits are divided by, &gt; 0
   * @return log-probs and values, one of each a completion token
   */
  Pass forward(TokenBatch batch, Mode mode, double temperature);

  /**
   * Back-propagates through the last {@link Mode#TRAIN} pass and adds to the gradients of both.
   *
   * @param dLogProbs d loss / d log-prob of each completion token
   * @param dValues d loss / d value of each completion token
   */
  void backward(double[] dLogProbs, double[] dValues);
}
