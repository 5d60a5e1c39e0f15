package org.align4j.policy.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.policygradient.PolicyGradientObjective;
import org.align4j.core.policygradient.PolicyGradientValue;
import org.align4j.core.policygradient.RolloutCounts;
import org.align4j.core.policygradient.RolloutLogProbs;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.RolloutBatches;
import org.align4j.policy.text.TokenBatch;

/** Steps on sampled completions with advantages, by any {@link PolicyGradientObjective}. */
public final class PolicyGradientTask implements TrainingTask<ScoredRollout> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LanguageModel model;
  private final PolicyGradientObjective objective;
  private final double temperature;

  /** The step's value where it was evaluated at once; null where micro-batches are on their own. */
  private PolicyGradientValue whole;

  private int done;

  /**
   * Prepares steps.
   *
   * @param model what is trained
   * @param objective loss on sampled completions
   * @param temperature of the sampler; log-probs are taken at it
   */
  public PolicyGradientTask(
      LanguageModel model, PolicyGradientObjective objective, double temperature) {
    this.model = model;
    this.objective = objective;
    this.temperature = temperature;
  }

  @Override
  public LanguageModel model() {
    return model;
  }

  @Override
  public int tokens(ScoredRollout rollout) {
    return rollout.prompt().length + rollout.completion().length;
  }

  @Override
  public void prepare(List<List<ScoredRollout>> micros, boolean train) {
    whole = null;
    done = 0;
    if (micros.size() == 1 || !objective.needsWholeStep()) {
      return;
    }
    List<ScoredRollout> step = micros.stream().flatMap(List::stream).toList();
    List<double[]> logProbs = new ArrayList<>(step.size());
    List<double[]> entropies = new ArrayList<>(step.size());
    for (List<ScoredRollout> micro : micros) {
      TokenBatch batch = RolloutBatches.of(micro, ScoredRollout::prompt, ScoredRollout::completion);
      TokenStats stats = model.forward(batch, Mode.EVALUATE, temperature);
      logProbs.addAll(batch.slices(stats.logProbs()));
      entropies.addAll(batch.slices(stats.entropies()));
    }
    whole = objective.evaluate(input(step, logProbs, entropies), counts(step));
  }

  @Override
  public double run(
      List<ScoredRollout> micro, List<ScoredRollout> step, boolean train, MetricSums metrics) {
    TokenBatch batch = RolloutBatches.of(micro, ScoredRollout::prompt, ScoredRollout::completion);
    TokenStats stats = model.forward(batch, train ? Mode.TRAIN : Mode.EVALUATE, temperature);
    PolicyGradientValue value =
        whole == null
            ? objective.evaluate(input(micro, batch, stats), counts(step))
            : whole.part(done, micro.size());
    done += micro.size();
    if (done >= step.size()) {
      whole = null;
    }
    if (train) {
      model.backward(batch.flat(value.dPolicy()));
    }
    metrics.merge(value.metrics());
    for (double entropy : stats.entropies()) {
      metrics.add("entropy", entropy, 1);
    }
    return value.loss();
  }

  static RolloutLogProbs input(List<ScoredRollout> micro, TokenBatch batch, TokenStats stats) {
    return input(micro, batch.slices(stats.logProbs()), batch.slices(stats.entropies()));
  }

  private static RolloutLogProbs input(
      List<ScoredRollout> rollouts, List<double[]> logProbs, List<double[]> entropies) {
    return new RolloutLogProbs(
            logProbs,
            rollouts.stream().map(ScoredRollout::old).toList(),
            rollouts.stream().map(ScoredRollout::advantages).toList())
        .withReference(all(rollouts, ScoredRollout::reference))
        .withImportance(all(rollouts, ScoredRollout::importance))
        .withEntropies(entropies);
  }

  static RolloutCounts counts(List<ScoredRollout> step) {
    return new RolloutCounts(
        step.size(), step.stream().mapToLong(rollout -> rollout.completion().length).sum());
  }

  /** One array a rollout; none at all where rollouts do not have it. */
  private static List<double[]> all(
      List<ScoredRollout> rollouts, Function<ScoredRollout, Optional<double[]>> part) {
    return rollouts.stream().map(part).flatMap(Optional::stream).toList();
  }

  @Override
  public JsonNode describe(ScoredRollout rollout) {
    ObjectNode node = JSON.createObjectNode();
    node.put("source", rollout.source());
    node.set("prompt", JSON.valueToTree(rollout.prompt()));
    node.set("completion", JSON.valueToTree(rollout.completion()));
    node.set("old", JSON.valueToTree(rollout.old()));
    node.set("advantages", JSON.valueToTree(rollout.advantages()));
    return node;
  }
}
