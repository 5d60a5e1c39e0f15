package org.align4j.core.tck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.policygradient.PolicyGradientObjective;
import org.align4j.core.policygradient.RolloutLogProbs;

/** Batches of sampled completions with advantages of both signs. */
final class RolloutSamples {
  private static final int[] LENGTHS = {3, 1, 4, 2};
  private static final double[] ADVANTAGES = {1.3, -0.7, 0.4, -1.1};

  private final PolicyGradientObjective objective;

  RolloutSamples(PolicyGradientObjective objective) {
    this.objective = objective;
  }

  /** Random log-probs before and after, with importance weights and entropies. */
  RolloutLogProbs random(long seed) {
    Random random = new Random(seed);
    return batch(
        RaggedRows.random(random, LENGTHS, -2, -0.1),
        RaggedRows.random(random, LENGTHS, -2, -0.1),
        RaggedRows.random(random, LENGTHS, -2, -0.1),
        RaggedRows.random(random, LENGTHS, 0.5, 1.2),
        RaggedRows.random(random, LENGTHS, 0, 5),
        advantages(LENGTHS));
  }

  /** The first pass over a round: the policy is still the one that sampled. */
  RolloutLogProbs firstPass(long seed) {
    RolloutLogProbs batch = random(seed);
    return batch(
        RaggedRows.copy(batch.old()),
        batch.old(),
        batch.reference(),
        batch.importance(),
        batch.entropies(),
        batch.advantages());
  }

  RolloutLogProbs withImportance(RolloutLogProbs batch, List<double[]> importance) {
    return batch(
        batch.policy(),
        batch.old(),
        batch.reference(),
        importance,
        batch.entropies(),
        batch.advantages());
  }

  RolloutLogProbs withAdvantages(RolloutLogProbs batch, List<double[]> advantages) {
    return batch(
        batch.policy(),
        batch.old(),
        batch.reference(),
        batch.importance(),
        batch.entropies(),
        advantages);
  }

  /** Points at which ratios overflow or vanish, by name; one completion has a single token. */
  Map<String, RolloutLogProbs> extremes() {
    Map<String, RolloutLogProbs> out = new LinkedHashMap<>();
    out.put("policy and old policy alike", constant(-1, -1, -1, 1));
    out.put("certain tokens, log-probs of 0", constant(0, 0, 0, 1));
    for (double sign : new double[] {1, -1}) {
      String with = sign > 0 ? ", good completions" : ", bad completions";
      out.put("a policy at -1e4" + with, constant(-1e4, -1, -1, sign));
      out.put("an old policy at -1e4" + with, constant(-1, -1e4, -1, sign));
    }
    out.put("a reference at -1e4", constant(-1, -1, -1e4, 1));
    return out;
  }

  private RolloutLogProbs constant(double policy, double old, double reference, double advantage) {
    return batch(
        RaggedRows.filled(LENGTHS, policy),
        RaggedRows.filled(LENGTHS, old),
        RaggedRows.filled(LENGTHS, reference),
        List.of(),
        RaggedRows.filled(LENGTHS, 1),
        RaggedRows.filled(LENGTHS, advantage));
  }

  private static List<double[]> advantages(int[] lengths) {
    List<double[]> out = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      double[] row = new double[lengths[i]];
      Arrays.fill(row, ADVANTAGES[i]);
      out.add(row);
    }
    return out;
  }

  /** Completions {@code from .. to - 1}. */
  RolloutLogProbs part(RolloutLogProbs whole, int from, int to) {
    return batch(
        RaggedRows.part(whole.policy(), from, to),
        RaggedRows.part(whole.old(), from, to),
        RaggedRows.part(whole.reference(), from, to),
        RaggedRows.part(whole.importance(), from, to),
        RaggedRows.part(whole.entropies(), from, to),
        RaggedRows.part(whole.advantages(), from, to));
  }

  /** The completions from the last to the first. */
  RolloutLogProbs reversed(RolloutLogProbs batch) {
    return batch(
        RaggedRows.reversed(batch.policy()),
        RaggedRows.reversed(batch.old()),
        RaggedRows.reversed(batch.reference()),
        RaggedRows.reversed(batch.importance()),
        RaggedRows.reversed(batch.entropies()),
        RaggedRows.reversed(batch.advantages()));
  }

  private RolloutLogProbs batch(
      List<double[]> policy,
      List<double[]> old,
      List<double[]> reference,
      List<double[]> importance,
      List<double[]> entropies,
      List<double[]> advantages) {
    return new RolloutLogProbs(
        policy,
        old,
        objective.needsReference() ? reference : List.of(),
        importance,
        entropies,
        advantages);
  }

  /** Ones in the batch's shape. */
  static List<double[]> ones(RolloutLogProbs batch) {
    int[] lengths =
        IntStream.range(0, batch.size()).map(i -> batch.policy().get(i).length).toArray();
    return RaggedRows.filled(lengths, 1);
  }
}
