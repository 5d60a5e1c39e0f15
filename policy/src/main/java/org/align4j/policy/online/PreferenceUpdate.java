package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.ConfigurationException;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.Reference;
import org.align4j.policy.task.MicroBatches;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.train.StepRunner;

/**
 * Online DPO (Guo et al. 2024, arXiv 2402.04792): of a prompt's completions the best is preferred
 * to the worst. Prompts whose completions all have one reward teach nothing and are left out.
 */
public final class PreferenceUpdate implements OnlineUpdate {
  private final Reference reference;
  private final StepRunner<TokenizedPair> steps;
  private final double temperature;
  private final OnlineConfig config;

  /**
   * Prepares updates.
   *
   * @param reference what the KL of a budget is measured to; without a budget it is not run
   * @param steps of a task over pairs
   * @param temperature of the sampler, at which the KL of a budget is measured
   * @param config at least two completions a prompt; a KL budget needs a reference
   */
  public PreferenceUpdate(
      Reference reference,
      StepRunner<TokenizedPair> steps,
      double temperature,
      OnlineConfig config) {
    if (config.generations() < 2) {
      throw new ConfigurationException(
          "online DPO needs at least two completions a prompt; num_generations is "
              + config.generations());
    }
    config.requireReferenceForBudget(reference.present());
    this.reference = reference;
    this.steps = steps;
    this.temperature = temperature;
    this.config = config;
  }

  @Override
  public MetricSums update(List<Rollout> rollouts, double[] rewards, double rate, long round) {
    MetricSums out = new MetricSums();
    if (config.klBudget() > 0) {
      out.add("objective/kl", kl(rollouts), rollouts.size());
    }
    List<List<TokenizedPair>> pairs = pairs(rollouts, rewards);
    if (!pairs.isEmpty()) {
      out.merge(new RoundPasses<>(steps, config).learn(pairs, rate, round));
    }
    return out;
  }

  /** The best and the worst completion of each prompt, where they differ. */
  private List<List<TokenizedPair>> pairs(List<Rollout> rollouts, double[] rewards) {
    List<List<TokenizedPair>> pairs = new ArrayList<>();
    for (int from = 0; from < rollouts.size(); from += config.generations()) {
      int best = from;
      int worst = from;
      for (int i = from + 1; i < from + config.generations(); i++) {
        best = rewards[i] > rewards[best] ? i : best;
        worst = rewards[i] < rewards[worst] ? i : worst;
      }
      if (rewards[best] > rewards[worst]) {
        pairs.add(
            List.of(
                new TokenizedPair(
                    rollouts.get(from).prompt().source(),
                    rollouts.get(from).prompt().ids(),
                    rollouts.get(best).completion().ids(),
                    rollouts.get(worst).completion().ids())));
      }
    }
    return pairs;
  }

  /** Mean over completions of the k1 estimate, summed over tokens, as TRL's objective/kl. */
  private double kl(List<Rollout> rollouts) {
    double sum = 0;
    for (List<Rollout> part :
        MicroBatches.cut(
            rollouts,
            rollout -> rollout.prompt().ids().length + rollout.tokens(),
            config.training().microBatchTokens())) {
      TokenStats stats = reference.forward(Rollout.batch(part), temperature);
      sum -= Arrays.stream(stats.logProbs()).sum();
      for (Rollout rollout : part) {
        sum += Arrays.stream(rollout.completion().logProbs()).sum();
      }
    }
    return sum / rollouts.size();
  }

  @Override
  public StepRunner<TokenizedPair> runner() {
    return steps;
  }
}
