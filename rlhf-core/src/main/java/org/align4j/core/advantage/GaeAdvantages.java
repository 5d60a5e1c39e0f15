package org.align4j.core.advantage;

import java.util.List;

/**
 * PPO's advantages.
 *
 * @param whitenRewards whether token rewards get variance 1 first, keeping their mean
 */
record GaeAdvantages(Gae gae, boolean whitenRewards) implements AdvantageEstimator {

  @Override
  public boolean needsCritic() {
    return true;
  }

  @Override
  public Estimate estimate(ScoredCompletions batch) {
    List<double[]> rewards = batch.tokenRewards();
    if (whitenRewards) {
      rewards = Whitening.of(rewards, false);
    }
    Gae.Result result = gae.estimate(rewards, batch.values());
    return new Estimate(Whitening.of(result.advantages(), true), result.returns());
  }
}
