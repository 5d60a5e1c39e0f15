package org.align4j.core.tck;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.objective.PairwiseLogProbs;
import org.align4j.core.objective.PreferenceObjective;

/** Batches of preference pairs that hold what an objective says it needs, and nothing else. */
final class PairSamples {
  private static final int PAIRS = 4;
  private static final int LONGEST = 5;

  private final PreferenceObjective objective;

  PairSamples(PreferenceObjective objective) {
    this.objective = objective;
  }

  /** Random log-probs of four pairs of one to five tokens. */
  PairwiseLogProbs random(long seed) {
    Random random = new Random(seed);
    int[] chosen = random.ints(PAIRS, 1, LONGEST + 1).toArray();
    int[] rejected = random.ints(PAIRS, 1, LONGEST + 1).toArray();
    int[] prompts = random.ints(PAIRS, 1, LONGEST + 1).toArray();
    return batch(
        RaggedRows.random(random, chosen, -3, -0.1),
        RaggedRows.random(random, rejected, -3, -0.1),
        RaggedRows.random(random, chosen, -3, -0.1),
        RaggedRows.random(random, rejected, -3, -0.1),
        RaggedRows.random(random, chosen, -3, -0.1),
        RaggedRows.random(random, rejected, -3, -0.1),
        RaggedRows.random(random, prompts, -3, -0.1));
  }

  /** Points at which formulas overflow, cancel or divide by zero, by name. */
  Map<String, PairwiseLogProbs> extremes() {
    Map<String, PairwiseLogProbs> out = new LinkedHashMap<>();
    out.put("policy and reference alike", alike(-1, -1));
    out.put("certain tokens, log-probs of 0", alike(0, 0));
    out.put("log-probs of -1e-12", alike(-1e-12, -1e-12));
    out.put("log-probs of -1e4 on both sides", against(-1e4, -1e4, -1));
    out.put("chosen at -1e4, rejected near 0", against(-1e4, -1e-3, -1));
    out.put("chosen near 0, rejected at -1e4", against(-1e-3, -1e4, -1));
    out.put("a reference at -1e4", against(-1, -1, -1e4));
    return out;
  }

  private PairwiseLogProbs alike(double chosen, double rejected) {
    return constant(chosen, rejected, chosen, rejected);
  }

  private PairwiseLogProbs against(double chosen, double rejected, double reference) {
    return constant(chosen, rejected, reference, reference);
  }

  /** A pair of several tokens and one of a single token a side. */
  private PairwiseLogProbs constant(
      double chosen, double rejected, double referenceChosen, double referenceRejected) {
    int[] lengths = {3, 1};
    return batch(
        RaggedRows.filled(lengths, chosen),
        RaggedRows.filled(lengths, rejected),
        RaggedRows.filled(lengths, referenceChosen),
        RaggedRows.filled(lengths, referenceRejected),
        RaggedRows.filled(lengths, -1),
        RaggedRows.filled(lengths, -1),
        RaggedRows.filled(lengths, -1));
  }

  /** Pairs {@code from .. to - 1}. */
  static PairwiseLogProbs part(PairwiseLogProbs whole, int from, int to) {
    return new PairwiseLogProbs(
        RaggedRows.part(whole.chosen(), from, to),
        RaggedRows.part(whole.rejected(), from, to),
        RaggedRows.part(whole.referenceChosen(), from, to),
        RaggedRows.part(whole.referenceRejected(), from, to),
        RaggedRows.part(whole.chosenLogSumSquares(), from, to),
        RaggedRows.part(whole.rejectedLogSumSquares(), from, to),
        RaggedRows.part(whole.prompt(), from, to));
  }

  /** The pairs from the last to the first. */
  static PairwiseLogProbs reversed(PairwiseLogProbs batch) {
    return PairwiseLogProbs.join(
        IntStream.range(0, batch.size())
            .map(i -> batch.size() - 1 - i)
            .mapToObj(i -> part(batch, i, i + 1))
            .toList());
  }

  private PairwiseLogProbs batch(
      List<double[]> chosen,
      List<double[]> rejected,
      List<double[]> referenceChosen,
      List<double[]> referenceRejected,
      List<double[]> chosenLogSumSquares,
      List<double[]> rejectedLogSumSquares,
      List<double[]> prompt) {
    boolean reference = objective.needsReference();
    boolean sumSquares = objective.needsSumSquares();
    return new PairwiseLogProbs(
        chosen,
        rejected,
        reference ? referenceChosen : List.of(),
        reference ? referenceRejected : List.of(),
        sumSquares ? chosenLogSumSquares : List.of(),
        sumSquares ? rejectedLogSumSquares : List.of(),
        objective.needsPrompt() ? prompt : List.of());
  }
}
