package org.align4j.policy.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.PairCounts;
import org.align4j.core.objective.PairwiseLogProbs;
import org.align4j.core.objective.PairwiseValue;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Reference;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPair;

/** Training on preference pairs with any {@link PreferenceObjective}; DPO's trainer. */
public final class PreferenceTask implements TrainingTask<TokenizedPair> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LanguageModel model;
  private final Reference reference;
  private final PreferenceObjective objective;
  private final Map<TokenizedPair, double[][]> precomputed = new HashMap<>();

  /** The step's value where it was evaluated at once; null where micro-batches are on their own. */
  private PairwiseValue whole;

  private int done;

  /**
   * Uses the policy as it was before training as the reference. If it is not an adapter and the
   * objective needs a reference, call {@link #precomputeReference} before training.
   *
   * @param model what is trained
   * @param objective loss on pairs
   */
  public PreferenceTask(LanguageModel model, PreferenceObjective objective) {
    this(model, Reference.adapterOffOrNone(model), objective);
  }

  /**
   * Uses this reference, unless {@link #precomputeReference} is called before training.
   *
   * @param model what is trained
   * @param reference what log-ratios are taken to
   * @param objective loss on pairs
   */
  public PreferenceTask(LanguageModel model, Reference reference, PreferenceObjective objective) {
    this.model = model;
    this.reference = reference.requireFixed(model);
    this.objective = objective;
  }

  /**
   * Computes the reference log-probs once, with a model as it is now.
   *
   * @param pairs of training and evaluation
   * @param microBatchTokens most tokens of a pass
   * @param source the reference; here it may be the policy itself as it stands
   */
  public void precomputeReference(
      List<TokenizedPair> pairs, int microBatchTokens, Reference source) {
    for (List<TokenizedPair> micro : MicroBatches.cut(pairs, this::tokens, microBatchTokens)) {
      TokenBatch batch = batch(micro, false);
      double[] logProbs = source.forward(batch, 1).logProbs();
      for (int i = 0; i < micro.size(); i++) {
        precomputed.put(
            micro.get(i),
            new double[][] {batch.slice(logProbs, 2 * i), batch.slice(logProbs, 2 * i + 1)});
      }
    }
  }

  /**
   * The same, or what a run with the same reference and pairs has left in the cache.
   *
   * @param pairs of training and evaluation
   * @param microBatchTokens most tokens of a pass
   * @param source the reference
   * @param cache where log-probs of earlier runs are
   * @throws IOException if a new file cannot be written
   */
  public void precomputeReference(
      List<TokenizedPair> pairs, int microBatchTokens, Reference source, ReferenceCache cache)
      throws IOException {
    List<double[][]> known = cache.read(pairs);
    if (known == null) {
      precomputeReference(pairs, microBatchTokens, source);
      cache.write(pairs, pairs.stream().map(precomputed::get).toList());
      return;
    }
    for (int i = 0; i < known.size(); i++) {
      precomputed.put(pairs.get(i), known.get(i));
    }
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
  public void prepare(List<List<TokenizedPair>> micros, boolean train) {
    whole = null;
    done = 0;
    if (micros.size() == 1 || !objective.needsWholeStep()) {
      return;
    }
    List<PairwiseLogProbs> parts = new ArrayList<>(micros.size());
    for (List<TokenizedPair> micro : micros) {
      List<double[]> referenceLogProbs = referenceLogProbs(micro);
      Layout layout = layout(micro);
      TokenStats stats = model.forward(layout.batch(), Mode.EVALUATE);
      parts.add(input(layout, stats, referenceLogProbs));
    }
    List<TokenizedPair> step = micros.stream().flatMap(List::stream).toList();
    whole = objective.evaluate(PairwiseLogProbs.join(parts), counts(step));
  }

  @Override
  public double run(
      List<TokenizedPair> micro, List<TokenizedPair> step, boolean train, MetricSums metrics) {
    List<double[]> referenceLogProbs = whole == null ? referenceLogProbs(micro) : List.of();
    Layout layout = layout(micro);
    TokenStats stats = model.forward(layout.batch(), train ? Mode.TRAIN : Mode.EVALUATE);
    PairwiseValue value =
        whole == null
            ? objective.evaluate(input(layout, stats, referenceLogProbs), counts(step))
            : whole.part(done, micro.size());
    done += micro.size();
    if (done >= step.size()) {
      whole = null;
    }
    if (train) {
      model.backward(layout.gradient(value));
    }
    metrics.merge(value.metrics());
    layout.addTokenMetrics(stats, metrics);
    return value.loss();
  }

  private Layout layout(List<TokenizedPair> micro) {
    return new Layout(batch(micro, objective.needsPrompt()), objective.needsPrompt());
  }

  private PairwiseLogProbs input(
      Layout layout, TokenStats stats, List<double[]> referenceLogProbs) {
    PairwiseLogProbs input =
        new PairwiseLogProbs(
                layout.chosen(stats.logProbs()),
                layout.rejected(stats.logProbs()),
                every(referenceLogProbs, 0),
                every(referenceLogProbs, 1))
            .withPrompt(layout.prompts(stats.logProbs()));
    if (!objective.needsSumSquares()) {
      return input;
    }
    double[] sumSquares = stats.logSumSquares();
    return input.withLogSumSquares(layout.chosen(sumSquares), layout.rejected(sumSquares));
  }

  private List<double[]> referenceLogProbs(List<TokenizedPair> micro) {
    if (!objective.needsReference()) {
      return List.of();
    }
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
    if (!reference.present()) {
      throw new IllegalStateException(
          "the objective needs a reference, which a policy without an adapter does not have: name"
              + " one or call precomputeReference first");
    }
    TokenBatch batch = batch(micro, false);
    return batch.slices(reference.forward(batch, 1).logProbs());
  }

  private static PairCounts counts(List<TokenizedPair> step) {
    return new PairCounts(
        step.size(),
        step.stream().mapToLong(pair -> pair.chosen().length).sum(),
        step.stream().mapToLong(pair -> pair.prompt().length - 1).sum());
  }

  private static TokenBatch batch(List<TokenizedPair> pairs, boolean prompts) {
    List<PromptCompletions> groups = new ArrayList<>(pairs.size());
    pairs.forEach(pair -> groups.add(pair.completions()));
    return prompts ? TokenBatch.withPrompts(groups) : TokenBatch.of(groups);
  }

  /** Completions alternate chosen, rejected. */
  private static List<double[]> every(List<double[]> rows, int side) {
    List<double[]> out = new ArrayList<>(rows.size() / 2);
    for (int i = side; i < rows.size(); i += 2) {
      out.add(rows.get(i));
    }
    return out;
  }

  /**
   * Where a pair's tokens stand in a batch.
   *
   * @param prompts whether each pair's prompt stands before its completions as a target
   */
  private record Layout(TokenBatch batch, boolean prompts) {
    private int first() {
      return prompts ? 1 : 0;
    }

    private int width() {
      return first() + 2;
    }

    private List<double[]> every(double[] perToken, int at) {
      List<double[]> out = new ArrayList<>();
      for (int i = at; i < batch.completions(); i += width()) {
        out.add(batch.slice(perToken, i));
      }
      return out;
    }

    List<double[]> prompts(double[] perToken) {
      return prompts ? every(perToken, 0) : List.of();
    }

    List<double[]> chosen(double[] perToken) {
      return every(perToken, first());
    }

    List<double[]> rejected(double[] perToken) {
      return every(perToken, first() + 1);
    }

    double[] gradient(PairwiseValue value) {
      double[] out = new double[batch.targets().length];
      put(value.dPrompt(), 0, out);
      put(value.dChosen(), first(), out);
      put(value.dRejected(), first() + 1, out);
      return out;
    }

    private void put(List<double[]> rows, int at, double[] out) {
      for (int i = 0; i < rows.size(); i++) {
        int offset = batch.offsets()[i * width() + at];
        System.arraycopy(rows.get(i), 0, out, offset, rows.get(i).length);
      }
    }

    void addTokenMetrics(TokenStats stats, MetricSums metrics) {
      for (int i = 0; i < batch.completions(); i++) {
        int side = i % width() - first();
        for (int t = batch.offsets()[i]; side >= 0 && t < batch.offsets()[i + 1]; t++) {
          metrics.add(side == 0 ? "logits/chosen" : "logits/rejected", stats.meanLogits()[t], 1);
          metrics.add("entropy", stats.entropies()[t], 1);
          if (side == 0) {
            metrics.add("mean_token_accuracy", stats.correct()[t], 1);
          }
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
