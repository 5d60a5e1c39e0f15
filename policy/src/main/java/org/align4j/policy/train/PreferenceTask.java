package org.align4j.policy.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.objective.Normalizer;
import org.align4j.core.objective.PairwiseLogProbs;
import org.align4j.core.objective.PairwiseValue;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/** Training on preference pairs with any {@link PreferenceObjective}; DPO's trainer. */
public final class PreferenceTask implements TrainingTask<TokenizedPair> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LanguageModel model;
  private final LanguageModel reference;
  private final PreferenceObjective objective;
  private final Map<TokenizedPair, double[][]> precomputed = new HashMap<>();

  /** Uses the policy with its adapter off as the reference. */
  public PreferenceTask(LanguageModel model, PreferenceObjective objective) {
    this(model, model, objective);
  }

  /**
   * Uses another model as the reference, or the policy itself when {@link #precomputeReference} is
   * called before training.
   */
  public PreferenceTask(
      LanguageModel model, LanguageModel reference, PreferenceObjective objective) {
    this.model = model;
    this.reference = reference;
    this.objective = objective;
  }

  /**
   * Computes the reference log-probs once, with the model as it is now.
   *
   * @param mode {@link Mode#REFERENCE} for the base under an adapter, {@link Mode#EVALUATE} for the
   *     policy itself as it stands
   */
  public void precomputeReference(List<TokenizedPair> pairs, int microBatchTokens, Mode mode) {
    for (List<TokenizedPair> micro : MicroBatches.cut(pairs, this::tokens, microBatchTokens)) {
      TokenBatch batch = batch(micro);
      double[] logProbs = reference.forward(batch, mode).logProbs();
      for (int i = 0; i < micro.size(); i++) {
        precomputed.put(
            micro.get(i),
            new double[][] {batch.slice(logProbs, 2 * i), batch.slice(logProbs, 2 * i + 1)});
      }
    }
  }

  private Mode referenceMode() {
    return reference.hasReference() ? Mode.REFERENCE : Mode.EVALUATE;
  }

  @Override
  public LanguageModel model() {
    return model;
  }

  @Override
  public int tokens(TokenizedPair pair) {
    return pair.prompt().length + pair.chosen().length + pair.rejected().length;
  }

  @Override
  public int countedTokens(TokenizedPair pair) {
    return tokens(pair) + pair.prompt().length;
  }

  @Override
  public double run(
      List<TokenizedPair> micro, List<TokenizedPair> step, boolean train, MetricSums metrics) {
    TokenBatch batch = batch(micro);
    List<double[]> referenceLogProbs = referenceLogProbs(micro, batch);
    TokenStats stats = model.forward(batch, train ? Mode.TRAIN : Mode.EVALUATE);
    List<double[]> policy = slices(batch, stats.logProbs());
    List<double[]> sumSquares =
        objective.needsSumSquares() ? slices(batch, stats.logSumSquares()) : List.of();
    PairwiseLogProbs input =
        new PairwiseLogProbs(
            every(policy, 0),
            every(policy, 1),
            every(referenceLogProbs, 0),
            every(referenceLogProbs, 1),
            every(sumSquares, 0),
            every(sumSquares, 1));
    PairwiseValue value = objective.evaluate(input, normalizer(step));
    if (train) {
      double[] gradient = new double[batch.targets().length];
      for (int i = 0; i < micro.size(); i++) {
        copy(value.dChosen().get(i), gradient, batch.offsets()[2 * i]);
        copy(value.dRejected().get(i), gradient, batch.offsets()[2 * i + 1]);
      }
      model.backward(gradient);
    }
    metrics.addAll(value.metrics(), micro.size());
    addTokenMetrics(batch, stats, metrics);
    return value.loss();
  }

  private List<double[]> referenceLogProbs(List<TokenizedPair> micro, TokenBatch batch) {
    if (!precomputed.isEmpty()) {
      List<double[]> out = new ArrayList<>(2 * micro.size());
      for (TokenizedPair pair : micro) {
        double[][] known = precomputed.get(pair);
        if (known == null) {
          throw new IllegalStateException(
              pair.source()
                  + ": has no precomputed reference log-probs; precompute evaluation pairs too");
        }
        out.add(known[0]);
        out.add(known[1]);
      }
      return out;
    }
    if (reference == model && !model.hasReference()) {
      throw new IllegalStateException(
          "full fine-tuning needs precomputed reference log-probs: call precomputeReference first");
    }
    return slices(batch, reference.forward(batch, referenceMode()).logProbs());
  }

  private static Normalizer normalizer(List<TokenizedPair> step) {
    return new Normalizer(step.size(), step.stream().mapToLong(pair -> pair.chosen().length).sum());
  }

  private static TokenBatch batch(List<TokenizedPair> pairs) {
    List<PromptCompletions> groups = new ArrayList<>(pairs.size());
    pairs.forEach(pair -> groups.add(pair.completions()));
    return TokenBatch.of(groups);
  }

  private static List<double[]> slices(TokenBatch batch, double[] perToken) {
    List<double[]> out = new ArrayList<>(batch.completions());
    for (int i = 0; i < batch.completions(); i++) {
      out.add(batch.slice(perToken, i));
    }
    return out;
  }

  /** Completions alternate chosen, rejected. */
  private static List<double[]> every(List<double[]> rows, int side) {
    List<double[]> out = new ArrayList<>(rows.size() / 2);
    for (int i = side; i < rows.size(); i += 2) {
      out.add(rows.get(i));
    }
    return out;
  }

  private static void copy(double[] source, double[] target, int at) {
    System.arraycopy(source, 0, target, at, source.length);
  }

  private static void addTokenMetrics(TokenBatch batch, TokenStats stats, MetricSums metrics) {
    for (int i = 0; i < batch.completions(); i++) {
      boolean chosen = i % 2 == 0;
      for (int t = batch.offsets()[i]; t < batch.offsets()[i + 1]; t++) {
        metrics.add(chosen ? "logits/chosen" : "logits/rejected", stats.meanLogits()[t], 1);
        metrics.add("entropy", stats.entropies()[t], 1);
        if (chosen) {
          metrics.add("mean_token_accuracy", stats.correct()[t], 1);
        }
      }
    }
  }

  @Override
  public JsonNode describe(TokenizedPair pair) {
    ObjectNode node = JSON.createObjectNode();
    node.put("source", pair.source());
    node.set("prompt", JSON.valueToTree(pair.prompt()));
    node.set("chosen", JSON.valueToTree(pair.chosen()));
    node.set("rejected", JSON.valueToTree(pair.rejected()));
    return node;
  }
}
