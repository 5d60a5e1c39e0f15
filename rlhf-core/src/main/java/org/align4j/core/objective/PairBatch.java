package org.align4j.core.objective;

import java.util.Arrays;

/**
 * Sequence-level quantities of a batch, as the members of the DPO family see them; index = pair.
 *
 * @param logps sums of the policy's log-probs (tail tokens scaled by ldAlpha)
 * @param references the same of the reference
 * @param scores f'(π/π_ref) of each side
 * @param lengths completion tokens of each side
 * @param chosenLogLikelihoods plain sums of the chosen log-probs, whatever ldAlpha is
 * @param weights per-pair weights (WPO), 1 without weighting
 */
record PairBatch(
    Sides logps,
    Sides references,
    Sides scores,
    Sides lengths,
    double[] chosenLogLikelihoods,
    double[] weights) {

  /** One number per pair for the chosen and for the rejected completion. */
  record Sides(double[] chosen, double[] rejected) {
    static Sides zeros(int n) {
      return new Sides(new double[n], new double[n]);
    }

    static Sides difference(Sides a, Sides b) {
      Sides out = zeros(a.chosen.length);
      for (int i = 0; i < a.chosen.length; i++) {
        out.chosen[i] = a.chosen[i] - b.chosen[i];
        out.rejected[i] = a.rejected[i] - b.rejected[i];
      }
      return out;
    }

    Sides scaled(double factor) {
      return new Sides(
          Arrays.stream(chosen).map(x -> factor * x).toArray(),
          Arrays.stream(rejected).map(x -> factor * x).toArray());
    }
  }

  int size() {
    return weights.length;
  }

  Sides ratios() {
    return Sides.difference(logps, references);
  }
}
