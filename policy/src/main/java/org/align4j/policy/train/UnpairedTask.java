package org.align4j.policy.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.UnpairedLogProbs;
import org.align4j.core.objective.UnpairedObjective;
import org.align4j.core.objective.UnpairedValue;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/** Training on single completions that are each good or bad: KTO and BCO's trainer. */
public final class UnpairedTask implements TrainingTask<TokenizedUnpaired> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int KL_MICRO_BATCH_TOKENS = 4096;

  private final LanguageModel model;
  private final LanguageModel reference;
  private final UnpairedObjective objective;
  private final RunningMean rewards = new RunningMean();
  private List<TokenizedUnpaired> lastStep;
  private double stepKl;

  /** Uses the policy with its adapter off as the reference. */
  public UnpairedTask(LanguageModel model, UnpairedObjective objective) {
    this(model, model, objective);
  }

  /** Uses another model as the reference. */
  public UnpairedTask(LanguageModel model, LanguageModel reference, UnpairedObjective objective) {
    if (reference == model && !model.hasReference()) {
      throw new IllegalArgumentException(
          "full fine-tuning on unpaired preferences needs a second model as the reference");
    }
    this.model = model;
    this.reference = reference;
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
  public double run(
      List<TokenizedUnpaired> micro,
      List<TokenizedUnpaired> step,
      boolean train,
      MetricSums metrics) {
    if (objective.referencePoint() == UnpairedObjective.ReferencePoint.MISMATCHED_KL
        && step != lastStep) {
      stepKl = mismatchedKl(step);
      lastStep = step;
    }
    TokenBatch batch = batch(micro, micro);
    List<double[]> referenceLogProbs = batch.slices(referenceLogProbs(batch));
    TokenStats stats = model.forward(batch, train ? Mode.TRAIN : Mode.EVALUATE);
    boolean[] desirable = new boolean[micro.size()];
    for (int i = 0; i < desirable.length; i++) {
      desirable[i] = micro.get(i).desirable();
    }
    UnpairedLogProbs input =
        new UnpairedLogProbs(batch.slices(stats.logProbs()), referenceLogProbs, desirable);
    double point = referencePoint(input, step, train, metrics);
    UnpairedValue value = objective.evaluate(input, point, step.size());
    if (train) {
      model.backward(batch.flat(value.dPolicy()));
    }
    addMetrics(input, value, batch, stats, metrics);
    return value.loss();
  }

  private double referencePoint(
      UnpairedLogProbs input, List<TokenizedUnpaired> step, boolean train, MetricSums metrics) {
    return switch (objective.referencePoint()) {
      case NONE -> {
        metrics.add("kl", 0, 1);
        yield 0;
      }
      case RUNNING_MEAN -> {
        if (train) {
          rewards.add(objective.evaluate(input, 0, step.size()).rewards());
        }
        yield rewards.value();
      }
      case MISMATCHED_KL -> {
        metrics.add("kl", stepKl, 1);
        yield objective.beta() * stepKl;
      }
    };
  }

  /**
   * max(0, mean log-ratio) of each prompt with the completion of the example before it in the step,
   * the first with the last's; TRL pairs them so within its batches.
   */
  private double mismatchedKl(List<TokenizedUnpaired> step) {
    List<TokenizedUnpaired> shifted = new ArrayList<>(step.size());
    for (int i = 0; i < step.size(); i++) {
      shifted.add(step.get((i + step.size() - 1) % step.size()));
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

  private double[] referenceLogProbs(TokenBatch batch) {
    Mode mode = reference.hasReference() ? Mode.REFERENCE : Mode.EVALUATE;
    return reference.forward(batch, mode).logProbs();
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
