package org.align4j.policy.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.policygradient.PolicyGradientValue;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.RolloutCounts;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Trainable;
import org.align4j.policy.text.RolloutBatches;
import org.align4j.policy.text.TokenBatch;

/** PPO's step: the clipped surrogate and the critic's loss, one optimizer over both. */
public final class ActorCriticTask implements TrainingTask<ScoredRollout> {
  private final ActorCritic model;
  private final PpoObjective objective;
  private final ValueLoss valueLoss;
  private final double valueWeight;
  private final double temperature;
  private final PolicyGradientTask policyOnly;

  /**
   * Prepares steps.
   *
   * @param model policy and critic
   * @param objective the policy's loss
   * @param valueLoss the critic's loss
   * @param valueWeight weight of the critic's loss, TRL's {@code vf_coef}
   * @param temperature of the sampler; log-probs are taken at it
   */
  public ActorCriticTask(
      ActorCritic model,
      PpoObjective objective,
      ValueLoss valueLoss,
      double valueWeight,
      double temperature) {
    this.model = model;
    this.objective = objective;
    this.valueLoss = valueLoss;
    this.valueWeight = valueWeight;
    this.temperature = temperature;
    policyOnly = new PolicyGradientTask(model.policy(), objective, temperature);
  }

  @Override
  public Trainable model() {
    return model;
  }

  @Override
  public int tokens(ScoredRollout rollout) {
    return policyOnly.tokens(rollout);
  }

  @Override
  public double run(
      List<ScoredRollout> micro, List<ScoredRollout> step, boolean train, MetricSums metrics) {
    TokenBatch batch = RolloutBatches.of(micro, ScoredRollout::prompt, ScoredRollout::completion);
    List<ScoredRollout.Critique> critiques =
        micro.stream().map(rollout -> rollout.critique().orElseThrow()).toList();
    ActorCritic.Pass pass = model.forward(batch, train ? Mode.TRAIN : Mode.EVALUATE, temperature);
    RolloutCounts counts = PolicyGradientTask.counts(step);
    PolicyGradientValue policy =
        objective.evaluate(PolicyGradientTask.input(micro, batch, pass.stats()), counts);
    ValueLoss.Value value =
        valueLoss.evaluate(
            batch.slices(pass.values()),
            critiques.stream().map(ScoredRollout.Critique::oldValues).toList(),
            critiques.stream().map(ScoredRollout.Critique::returns).toList(),
            counts);
    if (train) {
      double[] dValues = batch.flat(value.dValues());
      for (int i = 0; i < dValues.length; i++) {
        dValues[i] *= valueWeight;
      }
      model.backward(batch.flat(policy.dPolicy()), dValues);
    }
    metrics.merge(policy.metrics());
    metrics.merge(value.metrics());
    for (double entropy : pass.stats().entropies()) {
      metrics.add("policy/entropy_avg", entropy, 1);
    }
    // Parts of the step's loss; their sum over micro-batches is what TRL logs.
    metrics.sum("loss/policy_avg", policy.loss());
    metrics.sum("loss/value_avg", value.loss());
    return policy.loss() + valueWeight * value.loss();
  }

  @Override
  public JsonNode describe(ScoredRollout rollout) {
    return policyOnly.describe(rollout);
  }
}
