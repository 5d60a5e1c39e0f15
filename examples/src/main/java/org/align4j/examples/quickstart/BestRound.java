package org.align4j.examples.quickstart;

/**
 * The round to keep: of those that refuse as many harmful validation requests as wanted, the one
 * that refuses the fewest harmless ones; until one gets there, the one that refuses most harmful
 * ones. The share on the harmful side is what is asked for, the other its price (the choice of
 * Neyman and Pearson's test).
 */
final class BestRound {
  private final double wanted;
  private Shares best;

  /**
   * No round yet.
   *
   * @param wanted share of harmful validation requests to refuse
   */
  BestRound(double wanted) {
    this.wanted = wanted;
  }

  /**
   * What a round does on the validation requests.
   *
   * @param refused share of the harmful ones that it refuses
   * @param overRefused share of the harmless ones that it refuses
   */
  record Shares(double refused, double overRefused) {}

  /** Whether this round is better than all before it. */
  boolean offer(Shares round) {
    boolean better = best == null || isBetter(round);
    if (better) {
      best = round;
    }
    return better;
  }

  private boolean isBetter(Shares round) {
    if (best.refused() >= wanted && round.refused() >= wanted) {
      return round.overRefused() < best.overRefused();
    }
    return round.refused() > best.refused();
  }
}
