package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.core.ConfigurationException;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.policygradient.LagrangeMultiplier;
import org.align4j.policy.train.TrainingException;

/** A constraint with its multiplier: what it takes off a round's rewards, and what it learns. */
final class ConstraintCosts {
  private final Constraint constraint;
  private final LagrangeMultiplier multiplier;

  /**
   * Costs of the completions that the constraint is about.
   *
   * @param rows their places in the round
   * @param costs one a row
   */
  record Measured(int[] rows, double[] costs) {}

  ConstraintCosts(Constraint constraint) {
    this.constraint = constraint;
    multiplier = new LagrangeMultiplier(constraint.target(), constraint.ascent());
  }

  Measured measure(List<Rollout> rollouts) {
    int[] rows =
        IntStream.range(0, rollouts.size())
            .filter(i -> constraint.prompts().test(rollouts.get(i).prompt().text()))
            .toArray();
    if (rows.length == 0) {
      return new Measured(rows, new double[0]);
    }
    List<String> prompts = new ArrayList<>(rows.length);
    List<String> completions = new ArrayList<>(rows.length);
    for (int row : rows) {
      prompts.add(rollouts.get(row).prompt().text());
      completions.add(rollouts.get(row).text());
    }
    double[] costs = constraint.cost().rewards(prompts, completions);
    if (costs.length != rows.length) {
      throw new TrainingException(
          named() + " returned " + costs.length + " costs for " + rows.length + " completions");
    }
    for (int i = 0; i < rows.length; i++) {
      if (!Double.isFinite(costs[i])) {
        throw new TrainingException(
            rollouts.get(rows[i]).prompt().source()
                + ": the cost of "
                + named()
                + " is "
                + costs[i]);
      }
    }
    return new Measured(rows, costs.clone());
  }

  /** Takes λ · cost off the rewards of the rows. */
  void charge(Measured measured, double[] rewards) {
    for (int i = 0; i < measured.rows().length; i++) {
      rewards[measured.rows()[i]] -= multiplier.value() * measured.costs()[i];
    }
  }

  /** The round's mean, and the multiplier that its rewards were charged by. */
  void describe(Measured measured, MetricSums metrics) {
    double mean = Arrays.stream(measured.costs()).average().orElse(0);
    metrics.add(key("mean"), mean, measured.costs().length);
    metrics.add(key("multiplier"), multiplier.value(), 1);
  }

  void learn(Measured measured) {
    multiplier.update(measured.costs());
  }

  void save(Map<String, Double> state) {
    LagrangeMultiplier.State now = multiplier.state();
    state.put(key("multiplier"), now.value());
    state.put(key("integral"), now.integral());
    state.put(key("sum"), now.sum());
    state.put(key("count"), now.count());
  }

  void restore(Map<String, Double> state) {
    if (!state.containsKey(key("multiplier"))) {
      throw new ConfigurationException(
          "the checkpoint has no multiplier of "
              + named()
              + "; resume a run with the constraints that it began with");
    }
    multiplier.restore(
        new LagrangeMultiplier.State(
            state.get(key("multiplier")),
            state.get(key("integral")),
            state.get(key("sum")),
            state.get(key("count"))));
  }

  private String named() {
    return "constraint " + constraint.name();
  }

  private String key(String what) {
    return "constraint/" + constraint.name() + "/" + what;
  }
}
