package org.align4j.core.advantage;

import java.util.List;

/** Turns rewards into advantages; the part in which the policy-gradient methods differ most. */
public interface AdvantageEstimator {

  /**
   * What it gives, {@code [completion][token]}.
   *
   * @param advantages what each token's log-prob is reinforced by
   * @param returns targets of the critic; empty without one
   */
  record Estimate(List<double[]> advantages, List<double[]> returns) {}

  /**
   * Advantages of a batch of completions.
   *
   * @param batch rewards, penalties and values, as far as the estimator needs them
   * @return advantages, and returns where there is a critic
   */
  Estimate estimate(ScoredCompletions batch);

  /** {@return whether {@link ScoredCompletions#values} must be filled} */
  default boolean needsCritic() {
    return false;
  }

  /**
   * {@return PPO: GAE on token rewards, whitened advantages}
   *
   * @param gae discount and λ
   * @param whitenRewards whether token rewards are scaled to variance 1 first
   */
  static AdvantageEstimator ppo(Gae gae, boolean whitenRewards) {
    return new GaeAdvantages(gae, whitenRewards);
  }

  /**
   * {@return GRPO: the reward against its group}
   *
   * @param scale what a group's rewards are divided by
   */
  static AdvantageEstimator group(GroupBaseline.Scale scale) {
    return batch ->
        new Estimate(
            batch.atEveryToken(
                new GroupBaseline(batch.groupSize()).normalized(batch.penalizedRewards(), scale)),
            List.of());
  }

  /** {@return RLOO: the penalised reward against the other completions' mean} */
  static AdvantageEstimator leaveOneOut() {
    return batch ->
        new Estimate(
            batch.atEveryToken(
                new GroupBaseline(batch.groupSize()).leaveOneOut(batch.penalizedRewards())),
            List.of());
  }

  /**
   * {@return REINFORCE++ (Hu 2025, arXiv 2501.03262): discounted token rewards, whitened over the
   * batch}
   *
   * @param gamma discount in [0, 1]
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
