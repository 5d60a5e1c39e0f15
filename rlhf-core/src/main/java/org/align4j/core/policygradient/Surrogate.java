package org.align4j.core.policygradient;

import org.align4j.core.metric.MetricSums;

/** What stands for the tokens of one completion in the loss, with counts of what it cuts. */
interface Surrogate {

  /**
   * The loss of the completion's next token.
   *
   * @param ratio π/π_old at the level of the objective
   * @param advantage of the token
   * @param logProb log π of the token
   */
  TokenLoss at(double ratio, double advantage, double logProb);

  /**
   * Adds the completion's counts to the metrics.
   *
   * @param weight of the completion in their means
   */
  default void report(double weight, MetricSums metrics) {}
}
