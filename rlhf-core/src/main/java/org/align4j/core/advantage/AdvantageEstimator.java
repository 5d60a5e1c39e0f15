package org.align4j.core.advantage;

import java.util.List;

/** Turns rewards into advantages; the part in which the policy-gradient methods differ most. */
public interface AdvantageEstimator {

  /**
   * What it gives, {@code [completion][token]}.
   *
   * @param returns targets of the critic; empty without one
   */
  record Estimate(List<double[]> advantages, List<double[]> returns) {}

  /** Advantages of a batch of completions. */
  Estimate estimate(ScoredCompletions batch);

  /** Whether {@link ScoredCompletions#values} must be filled. */
  default boolean needsCritic() {
    return false;
  }

  /** PPO: GAE on token rewards, whitened advantages. */
  static AdvantageEstimator ppo(Gae gae, boolean whitenRewards) {
    return new GaeAdvantages(gae, whitenRewards);
  }

  /** GRPO: the reward against its group. */
  static AdvantageEstimator group(GroupBaseline.Scale scale) {
    return batch ->
        new Estimate(
            batch.atEveryToken(
                new GroupBaseline(batch.groupSize()).normalized(batch.penalizedRewards(), scale)),
            List.of());
  }

  /** RLOO: the penalised reward against the other completions' mean. */
  static AdvantageEstimator leaveOneOut() {
    return batch ->
        new Estimate(
            batch.atEveryToken(
                new GroupBaseline(batch.groupSize()).leaveOneOut(batch.penalizedRewards())),
            List.of());
  }

  /**
   * REINFORCE++ (Hu 2025, arXiv 2501.03262): discounted token rewards, whitened over the batch.
   *
   * @param groupMean whether each group's mean reward is taken off first (REINFORCE++-baseline)
   */
  static AdvantageEstimator reinforcePlusPlus(double gamma, boolean groupMean) {
    return batch -> {
      double[] rewards =
          groupMean
              ? new GroupBaseline(batch.groupSize())
                  .normalized(batch.rewards(), GroupBaseline.Scale.NONE)
              : batch.rewards();
      List<double[]> returns = Gae.returns(batch.tokenRewards(rewards), gamma);
      return new Estimate(Whitening.of(returns, true), List.of());
    };
  }
}
