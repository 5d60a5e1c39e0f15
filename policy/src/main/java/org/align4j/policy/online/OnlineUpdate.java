package org.align4j.policy.online;

import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.train.StepRunner;

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
   * {@return whether a round of so many tokens, each completion counted with its prompt, is learnt
   * from in one training pass in the sampler's order, so that activations kept since then can serve
   * it}
   *
   * @param tokens of all completions with their prompts
   */
  default boolean takesWhole(long tokens) {
    return false;
  }

  /**
   * Takes the update's optimizer steps and keeps its checkpoints.
   *
   * @return the optimizer's steps and their checkpoints
   */
  StepRunner<?> runner();

  /** {@return numbers that change from round to round besides the runner's, for checkpoints} */
  default Map<String, Double> state() {
    return Map.of();
  }

  /**
   * Goes on from a checkpoint's {@link #state}.
   *
   * @param state what {@link #state} gave
   */
  default void restore(Map<String, Double> state) {}
}
