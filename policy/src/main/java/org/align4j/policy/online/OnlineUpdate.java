package org.align4j.policy.online;

import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.train.RunProgress;

/** What a round's rewarded completions are made into: the part in which online methods differ. */
public interface OnlineUpdate {

  /**
   * Learns from a round.
   *
   * @param rollouts completions of one prompt one after another
   * @param rewards one a completion
   * @param rate learning rate
   * @param round from 0
   * @return metrics by TRL's names, with the counts that they are means over
   */
  MetricSums update(List<Rollout> rollouts, double[] rewards, double rate, long round);

  /**
   * Whether a round of so many tokens, each completion counted with its prompt, is learnt from in
   * one training pass in the sampler's order, so that activations kept since then can serve it.
   */
  default boolean takesWhole(long tokens) {
    return false;
  }

  /** Renames the checkpoint of a run before in the same folder; a new run begins here. */
  void setAside();

  /**
   * Saves weights, moments, whatever else the update has learnt, and the loop's progress.
   *
   * @return whether all weights are finite; if not, nothing is saved
   */
  boolean save(RunProgress progress);

  /** Restores them and returns the progress. */
  RunProgress load();
}
