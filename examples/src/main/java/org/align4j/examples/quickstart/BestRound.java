package org.align4j.examples.quickstart;

import java.util.List;
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
  record Shares(double refused, double overRefused) {
    boolean isBetterThan(Shares other, double wanted) {
      if (refused >= wanted && other.refused >= wanted) {
        return overRefused < other.overRefused;
      }
      return refused > other.refused;
    }
  }

  /** The best of several, the first of equal ones. */
  static Shares of(List<Shares> rounds, double wanted) {
    return rounds.stream().reduce((a, b) -> b.isBetterThan(a, wanted) ? b : a).orElseThrow();
  }

  /** Keeps the adapter as it is now if this round is the best so far. */
  void offer(Shares round, DecoderTransformer model) {
    Shares chosen = best == null ? round : of(List.of(best, round), wanted);
    if (chosen != best) {
      best = chosen;
      adapter = AdapterSnapshot.of(model);
    }
  }

  void restore(DecoderTransformer model) {
    adapter.restore(model);
  }
}
