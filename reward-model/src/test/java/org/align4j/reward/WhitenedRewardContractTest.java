package org.align4j.reward;

import org.align4j.core.reward.RewardFunction;
import org.align4j.core.tck.RewardContract;

class WhitenedRewardContractTest extends RewardContract {
  @Override
  protected RewardFunction reward() {
    return Rewards.whitened(Rewards.length(10));
  }

  @Override
  protected boolean dependsOnTheBatch() {
    return true;
  }

  /** Sums over the batch in another order. */
  @Override
  protected double tolerance() {
    return 1e-12;
  }
}
