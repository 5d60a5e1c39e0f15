package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.train.RunProgress;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TokenizedPair;

/**
 * Online DPO (Guo et al. 2024, arXiv 2402.04792): of a prompt's completions the best is preferred
 * to the worst. Prompts whose completions all have one reward teach nothing and are left out.
 */
public final class PreferenceUpdate implements OnlineUpdate {
  private final StepRunner<TokenizedPair> steps;
  private final int generations;

  /**
   * Prepares updates.
   *
   * @param steps of a task over pairs
   * @param generations completions a prompt, ≥ 2
   */
  public PreferenceUpdate(StepRunner<TokenizedPair> steps, int generations) {
    if (generations < 2) {
      throw new IllegalArgumentException(
          "online DPO needs at least two completions a prompt, got " + generations);
    }
    this.steps = steps;
    this.generations = generations;
  }

  @Override
  public MetricSums update(List<Rollout> rollouts, double[] rewards, double rate, long round) {
    List<TokenizedPair> pairs = new ArrayList<>();
    for (int from = 0; from < rollouts.size(); from += generations) {
      int best = from;
      int worst = from;
      for (int i = from + 1; i < from + generations; i++) {
        best = rewards[i] > rewards[best] ? i : best;
        worst = rewards[i] < rewards[worst] ? i : worst;
      }
      if (rewards[best] > rewards[worst]) {
        pairs.add(
            new TokenizedPair(
                rollouts.get(from).prompt().source(),
                rollouts.get(from).prompt().ids(),
                rollouts.get(best).completion().ids(),
                rollouts.get(worst).completion().ids()));
      }
    }
    return pairs.isEmpty() ? new MetricSums() : steps.run(pairs, rate, round);
  }

  @Override
  public void setAside() {
    steps.setAside();
  }

  @Override
  public boolean save(RunProgress progress) {
    return steps.save(progress, Map.of());
  }

  @Override
  public RunProgress load() {
    return steps.load().progress();
  }
}
