package org.align4j.policy.online;

import java.util.List;
import java.util.Map;

/** What a round's rewarded completions are made into: the part in which online methods differ. */
public interface OnlineUpdate {

  /**
   * Learns from a round.
   *
   * @param rollouts completions of one prompt one after another
   * @param rewards one a completion
   * @param rate learning rate
   * @param round from 0
   * @return metrics, TRL's names
   */
  Map<String, Double> update(List<Rollout> rollouts, double[] rewards, double rate, long round);

  /**
   * Whether a round of so many tokens, each completion counted with its prompt, is learnt from in
   * one training pass in the sampler's order, so that activations kept since then can serve it.
   */
  default boolean takesWhole(long tokens) {
    return false;
  }

  /** Saves weights, moments and state. */
  void save(long round);

  /** Restores them and returns the round to go on from. */
  long load();
}
