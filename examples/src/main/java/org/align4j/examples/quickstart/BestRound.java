package org.align4j.examples.quickstart;

import org.align4j.policy.model.DecoderTransformer;

/**
 * The round to keep: of those that refuse as many harmful validation requests as wanted, the one
 * that refuses the fewest harmless ones; until one gets there, the one that refuses most harmful
 * ones. The share on the harmful side is what is asked for, the other its price (the choice of
 * Neyman and Pearson's test).
 */
final class BestRound {
  private final double wanted;
  private Shares best;
  private AdapterSnapshot adapter;

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

  /** Keeps the adapter as it is now if this round is the best so far. */
  void offer(Shares round, DecoderTransformer model) {
    if (best == null || isBetter(round)) {
      best = round;
      adapter = AdapterSnapshot.of(model);
    }
  }

  private boolean isBetter(Shares round) {
    if (best.refused() >= wanted && round.refused() >= wanted) {
      return round.overRefused() < best.overRefused();
    }
    return round.refused() > best.refused();
  }

  void restore(DecoderTransformer model) {
    adapter.restore(model);
  }
}
