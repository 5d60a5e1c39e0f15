package org.align4j.core.objective;

import java.util.List;
import java.util.function.Function;

/**
 * Per-token log-probabilities of the completions of a batch of preference pairs.
 *
 * @param chosen policy log-probs of the chosen completions, {@code [pair][token]}, natural log, ≤ 0
 * @param rejected the same of the rejected completions
 * @param referenceChosen the reference model's log-probs of the same chosen tokens; empty when
 *     unused
 * @param referenceRejected the same of the rejected completions
 * @param chosenLogSumSquares log Σ_v p(v)² at each chosen token, for WPO weighting; empty when
 *     unused
 * @param rejectedLogSumSquares the same at each rejected token
 * @param prompt log-probs of the prompts' tokens from the second on; empty when unused
 */
public record PairwiseLogProbs(
    List<double[]> chosen,
    List<double[]> rejected,
    List<double[]> referenceChosen,
    List<double[]> referenceRejected,
    List<double[]> chosenLogSumSquares,
    List<double[]> rejectedLogSumSquares,
    List<double[]> prompt) {

  /** Checks that every pair has tokens and that all sides agree on their number. */
  public PairwiseLogProbs {
    int pairs = chosen.size();
    requireRows("rejected", pairs, rejected.size());
    if (!referenceChosen.isEmpty() || !referenceRejected.isEmpty()) {
      requireLengths("referenceChosen", chosen, referenceChosen);
      requireLengths("referenceRejected", rejected, referenceRejected);
    }
    for (int i = 0; i < pairs; i++) {
      if (chosen.get(i).length == 0 || rejected.get(i).length == 0) {
        throw new IllegalArgumentException(
            "pair " + i + " has an empty completion; every chosen and rejected needs a token");
      }
    }
  }

  /** Pairs without the statistics that only some objectives need. */
  public PairwiseLogProbs(
      List<double[]> chosen,
      List<double[]> rejected,
      List<double[]> referenceChosen,
      List<double[]> referenceRejected) {
    this(chosen, rejected, referenceChosen, referenceRejected, List.of(), List.of(), List.of());
  }

  /** Parts of a batch, one after another. */
  public static PairwiseLogProbs join(List<PairwiseLogProbs> parts) {
    return new PairwiseLogProbs(
        joined(parts, PairwiseLogProbs::chosen),
        joined(parts, PairwiseLogProbs::rejected),
        joined(parts, PairwiseLogProbs::referenceChosen),
        joined(parts, PairwiseLogProbs::referenceRejected),
        joined(parts, PairwiseLogProbs::chosenLogSumSquares),
        joined(parts, PairwiseLogProbs::rejectedLogSumSquares),
        joined(parts, PairwiseLogProbs::prompt));
  }

  private static List<double[]> joined(
      List<PairwiseLogProbs> parts, Function<PairwiseLogProbs, List<double[]>> rows) {
    return parts.stream().flatMap(part -> rows.apply(part).stream()).toList();
  }

  /** The number of pairs. */
  public int size() {
    return chosen.size();
  }

  private static void requireRows(String name, int expected, int found) {
    if (expected != found) {
      throw new IllegalArgumentException(name + " has " + found + " rows; chosen has " + expected);
    }
  }

  private static void requireLengths(String name, List<double[]> policy, List<double[]> other) {
    requireRows(name, policy.size(), other.size());
    for (int i = 0; i < policy.size(); i++) {
      if (policy.get(i).length != other.get(i).length) {
        throw new IllegalArgumentException(
            name
                + "["
                + i
                + "] has "
                + other.get(i).length
                + " tokens; the policy has "
                + policy.get(i).length);
      }
    }
  }
}
