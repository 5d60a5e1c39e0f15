package org.align4j.core.objective;

import java.util.List;
import java.util.function.Function;

/**
 * Per-token log-probabilities of the completions of a batch of preference pairs. What only some
 * objectives need is added by the {@code with} methods.
 */
public final class PairwiseLogProbs {
  private final List<double[]> chosen;
  private final List<double[]> rejected;
  private final List<double[]> referenceChosen;
  private final List<double[]> referenceRejected;
  private final List<double[]> chosenLogSumSquares;
  private final List<double[]> rejectedLogSumSquares;
  private final List<double[]> prompt;

  /**
   * Pairs with the reference's log-probs.
   *
   * @param chosen policy log-probs of the chosen completions, {@code [pair][token]}, natural log, ≤
   *     0
   * @param rejected the same of the rejected completions
   * @param referenceChosen the reference model's log-probs of the same chosen tokens; empty where
   *     an objective needs no reference
   * @param referenceRejected the same of the rejected completions
   * @throws IllegalArgumentException if a completion has no tokens or the shapes differ
   */
  public PairwiseLogProbs(
      List<double[]> chosen,
      List<double[]> rejected,
      List<double[]> referenceChosen,
      List<double[]> referenceRejected) {
    this(chosen, rejected, referenceChosen, referenceRejected, List.of(), List.of(), List.of());
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

  /**
   * Pairs for objectives without a reference.
   *
   * @param chosen policy log-probs of each chosen completion's tokens
   * @param rejected the same of the rejected ones, as many rows
   */
  public PairwiseLogProbs(List<double[]> chosen, List<double[]> rejected) {
    this(chosen, rejected, List.of(), List.of());
  }

  private PairwiseLogProbs(
      List<double[]> chosen,
      List<double[]> rejected,
      List<double[]> referenceChosen,
      List<double[]> referenceRejected,
      List<double[]> chosenLogSumSquares,
      List<double[]> rejectedLogSumSquares,
      List<double[]> prompt) {
    this.chosen = chosen;
    this.rejected = rejected;
    this.referenceChosen = referenceChosen;
    this.referenceRejected = referenceRejected;
    this.chosenLogSumSquares = chosenLogSumSquares;
    this.rejectedLogSumSquares = rejectedLogSumSquares;
    this.prompt = prompt;
  }

  /**
   * With log Σ_v p(v)² at each token of both sides, for WPO's weights.
   *
   * @param ofChosen in the shape of the chosen log-probs
   * @param ofRejected in the shape of the rejected log-probs
   * @return the pairs with them
   */
  public PairwiseLogProbs withLogSumSquares(List<double[]> ofChosen, List<double[]> ofRejected) {
    requireLengths("chosenLogSumSquares", chosen, ofChosen);
    requireLengths("rejectedLogSumSquares", rejected, ofRejected);
    return new PairwiseLogProbs(
        chosen, rejected, referenceChosen, referenceRejected, ofChosen, ofRejected, prompt);
  }

  /**
   * With log-probs of the prompts' tokens from the second on; an empty list is none.
   *
   * @param rows one array a pair, or none
   * @return the pairs with them
   */
  public PairwiseLogProbs withPrompt(List<double[]> rows) {
    return new PairwiseLogProbs(
        chosen,
        rejected,
        referenceChosen,
        referenceRejected,
        chosenLogSumSquares,
        rejectedLogSumSquares,
        rows);
  }

  /**
   * {@return parts of a batch, one after another}
   *
   * @param parts at least one, all with the same sides filled
   */
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

  /** {@return the number of pairs} */
  public int size() {
    return chosen.size();
  }

  /** {@return policy log-probs of the chosen completions} */
  public List<double[]> chosen() {
    return chosen;
  }

  /** {@return policy log-probs of the rejected completions} */
  public List<double[]> rejected() {
    return rejected;
  }

  /** {@return the reference's log-probs of the chosen completions; empty without a reference} */
  public List<double[]> referenceChosen() {
    return referenceChosen;
  }

  /** {@return the reference's log-probs of the rejected completions; empty without a reference} */
  public List<double[]> referenceRejected() {
    return referenceRejected;
  }

  /** {@return log Σ_v p(v)² at each chosen token; empty where no objective needs it} */
  public List<double[]> chosenLogSumSquares() {
    return chosenLogSumSquares;
  }

  /** {@return the same at each rejected token} */
  public List<double[]> rejectedLogSumSquares() {
    return rejectedLogSumSquares;
  }

  /**
   * {@return log-probs of the prompts' tokens from the second on; empty where no objective needs
   * them}
   */
  public List<double[]> prompt() {
    return prompt;
  }

  private static List<double[]> joined(
      List<PairwiseLogProbs> parts, Function<PairwiseLogProbs, List<double[]>> rows) {
    return parts.stream().flatMap(part -> rows.apply(part).stream()).toList();
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
