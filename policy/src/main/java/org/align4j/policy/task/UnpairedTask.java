package org.align4j.policy.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.ConfigurationException;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.UnpairedLogProbs;
import org.align4j.core.objective.UnpairedObjective;
import org.align4j.core.objective.UnpairedObjective.ReferencePoint;
import org.align4j.core.objective.UnpairedValue;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Reference;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedUnpaired;

/** Training on single completions that are each good or bad: KTO and BCO's trainer. */
public final class UnpairedTask implements TrainingTask<TokenizedUnpaired> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int KL_MICRO_BATCH_TOKENS = 4096;

  private final LanguageModel model;
  private final Reference reference;
  private final UnpairedObjective objective;
  private final RunningMean rewards = new RunningMean();

  private boolean prepared;

  /** Estimate of the KL for the prepared step; 0 where the loss does not need it. */
  private double stepKl;

  /** Examples of the prepared step that have been run. */
  private int done;

  /**
   * Uses the policy as it was before training as the reference; it must be an adapter.
   *
   * @param model what is trained
   * @param objective loss on single labelled completions
   */
  public UnpairedTask(LanguageModel model, UnpairedObjective objective) {
    this(model, Reference.adapterOffOrNone(model), objective);
  }

  /**
   * Uses this reference.
   *
   * @param model what is trained
   * @param reference what log-ratios are taken to
   * @param objective loss on single labelled completions
   * @throws ConfigurationException if there is none, or if it is the policy that is trained
   */
  public UnpairedTask(LanguageModel model, Reference reference, UnpairedObjective objective) {
    if (!reference.present()) {
      throw new ConfigurationException(
          "full fine-tuning on unpaired preferences needs a second model as the reference");
    }
    this.model = model;
    this.reference = reference.requireFixed(model);
    this.objective = objective;
  }

  /** The mean of all numbers so far. */
  private static final class RunningMean {
    private double sum;
    private double count;

    void add(double[] values) {
      sum += Arrays.stream(values).sum();
      count += values.length;
    }

    double value() {
      return count == 0 ? 0 : sum / count;
    }
  }

  @Override
  public LanguageModel model() {
    return model;
  }

  @Override
  public int tokens(TokenizedUnpaired example) {
    return example.prompt().length + example.completion().length;
  }

  @Override
  public Map<String, Double> state() {
    return Map.of("reward_sum", rewards.sum, "reward_count", rewards.count);
  }

  @Override
  public void restore(Map<String, Double> state) {
    rewards.sum = state.getOrDefault("reward_sum", 0.0);
    rewards.count = state.getOrDefault("reward_count", 0.0);
  }

  @Override
  public void prepare(List<List<TokenizedUnpaired>> micros, boolean train) {
    List<TokenizedUnpaired> step = micros.stream().flatMap(List::stream).toList();
    stepKl = objective.referencePoint() == ReferencePoint.MISMATCHED_KL ? mismatchedKl(step) : 0;
    boolean meanOfMany =
        objective.referencePoint() == ReferencePoint.RUNNING_MEAN && micros.size() > 1;
    if (train && meanOfMany) {
      // The mean that all micro-batches are measured against has the rewards of all of them.
      for (List<TokenizedUnpaired> micro : micros) {
        TokenBatch batch = batch(micro, micro);
        List<double[]> referenceLogProbs = batch.slices(referenceLogProbs(batch));
        addRewards(input(micro, batch, model.forward(batch, Mode.EVALUATE), referenceLogProbs));
      }
    }
    done = 0;
    prepared = true;
  }

  @Override
  public double run(
      List<TokenizedUnpaired> micro,
      List<TokenizedUnpaired> step,
      boolean train,
      MetricSums metrics) {
    if (!prepared) {
      throw new IllegalStateException("a step on unpaired preferences needs prepare before it");
    }
    TokenBatch batch = batch(micro, micro);
    List<double[]> referenceLogProbs = batch.slices(referenceLogProbs(batch));
    TokenStats stats = model.forward(batch, train ? Mode.TRAIN : Mode.EVALUATE);
    UnpairedLogProbs input = input(micro, batch, stats, referenceLogProbs);
    if (train && micro.size() == step.size()) {
      addRewards(input);
    }
    UnpairedValue value = objective.evaluate(input, referencePoint(), step.size());
    if (train) {
      model.backward(batch.flat(value.dPolicy()));
    }
    if (objective.referencePoint() != ReferencePoint.RUNNING_MEAN) {
      metrics.add("kl", stepKl, 1);
    }
    addMetrics(input, value, batch, stats, metrics);
    done += micro.size();
    prepared = done < step.size();
    return value.loss();
  }

  private static UnpairedLogProbs input(
      List<TokenizedUnpaired> micro,
      TokenBatch batch,
      TokenStats stats,
      List<double[]> referenceLogProbs) {
    boolean[] desirable = new boolean[micro.size()];
    for (int i = 0; i < desirable.length; i++) {
      desirable[i] = micro.get(i).desirable();
    }
    return new UnpairedLogProbs(batch.slices(stats.logProbs()), referenceLogProbs, desirable);
  }

  private double referencePoint() {
    return switch (objective.referencePoint()) {
      case NONE -> 0;
      case RUNNING_MEAN -> rewards.value();
      case MISMATCHED_KL -> objective.beta() * stepKl;
    };
  }

  /** Takes rewards into the running mean, where the loss has one. */
  private void addRewards(UnpairedLogProbs input) {
    if (objective.referencePoint() == ReferencePoint.RUNNING_MEAN) {
      rewards.add(objective.evaluate(input, 0, input.size()).rewards());
    }
  }

  /**
   * max(0, mean log-ratio) of each prompt with the completion of the example before it in the step
   * that has another prompt, the first with the last's; TRL pairs neighbours so within its batches.
   * Where all prompts are equal there is none, and the completion before it serves.
   */
  private double mismatchedKl(List<TokenizedUnpaired> step) {
    List<TokenizedUnpaired> shifted = new ArrayList<>(step.size());
    for (int i = 0; i < step.size(); i++) {
      shifted.add(mismatch(step, i));
    }
    double sum = 0;
    int from = 0;
    for (List<TokenizedUnpaired> micro :
        MicroBatches.cut(step, this::tokens, KL_MICRO_BATCH_TOKENS)) {
      TokenBatch batch = batch(micro, shifted.subList(from, from + micro.size()));
      sum += Arrays.stream(model.forward(batch, Mode.EVALUATE).logProbs()).sum();
      sum -= Arrays.stream(referenceLogProbs(batch)).sum();
      from += micro.size();
    }
    return Math.max(0, sum / step.size());
  }

  private static TokenizedUnpaired mismatch(List<TokenizedUnpaired> step, int index) {
    int size = step.size();
    int[] prompt = step.get(index).prompt();
    for (int back = 1; back < size; back++) {
      TokenizedUnpaired before = step.get((index + size - back) % size);
      if (!Arrays.equals(prompt, before.prompt())) {
        return before;
      }
    }
    return step.get((index + size - 1) % size);
  }

  private double[] referenceLogProbs(TokenBatch batch) {
    return reference.forward(batch, 1).logProbs();
  }

  private static TokenBatch batch(
      List<TokenizedUnpaired> prompts, List<TokenizedUnpaired> completions) {
    return TokenBatch.of(
        PromptCompletions.ofPairs(
            prompts.stream().map(TokenizedUnpaired::prompt).toList(),
            completions.stream().map(TokenizedUnpaired::completion).toList()));
  }

  private static void addMetrics(
      UnpairedLogProbs input,
      UnpairedValue value,
      TokenBatch batch,
      TokenStats stats,
      MetricSums metrics) {
    for (int i = 0; i < input.size(); i++) {
      String side = input.desirable()[i] ? "chosen" : "rejected";
      metrics.add("rewards/" + side, value.rewards()[i], 1);
      metrics.add("logps/" + side, Arrays.stream(input.policy().get(i)).sum(), 1);
      for (int t = batch.offsets()[i]; t < batch.offsets()[i + 1]; t++) {
        metrics.add("logits/" + side, stats.meanLogits()[t], 1);
        metrics.add("entropy", stats.entropies()[t], 1);
      }
    }
  }

  @Override
  public Map<String, Double> withDerived(Map<String, Double> means) {
    Double chosen = means.get("rewards/chosen");
    Double rejected = means.get("rewards/rejected");
    if (chosen == null || rejected == null) {
      return means;
    }
    Map<String, Double> out = new LinkedHashMap<>(means);
    out.put("rewards/margins", chosen - rejected);
    return out;
  }

  @Override
  public JsonNode describe(TokenizedUnpaired example) {
    ObjectNode node = JSON.createObjectNode();
    node.put("source", example.source());
    node.set("prompt", JSON.valueToTree(example.prompt()));
    node.set("completion", JSON.valueToTree(example.completion()));
    node.put("label", example.desirable());
    return node;
  }
}
