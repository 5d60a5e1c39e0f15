package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.train.StepRunner;

/** Another update, of rewards that constraints have taken their price off. */
final class ConstrainedUpdate implements OnlineUpdate {
  private final OnlineUpdate update;
  private final List<ConstraintCosts> constraints;

  ConstrainedUpdate(OnlineUpdate update, List<Constraint> constraints) {
    this.update = update;
    this.constraints = constraints.stream().map(ConstraintCosts::new).toList();
  }

  @Override
  public MetricSums update(List<Rollout> rollouts, double[] rewards, double rate, long round) {
    MetricSums metrics = new MetricSums();
    double[] charged = rewards.clone();
    List<ConstraintCosts.Measured> measured = new ArrayList<>(constraints.size());
    for (ConstraintCosts constraint : constraints) {
      ConstraintCosts.Measured costs = constraint.measure(rollouts);
      constraint.charge(costs, charged);
      constraint.describe(costs, metrics);
      measured.add(costs);
    }
    metrics.merge(update.update(rollouts, charged, rate, round));
    // After learning: a round that fails there leaves the multipliers as they were.
    for (int i = 0; i < measured.size(); i++) {
      constraints.get(i).learn(measured.get(i));
    }
    return metrics;
  }

  @Override
  public boolean takesWhole(long tokens) {
    return update.takesWhole(tokens);
  }

  @Override
  public StepRunner<?> runner() {
    return update.runner();
  }

  @Override
  public Map<String, Double> state() {
    Map<String, Double> state = new LinkedHashMap<>(update.state());
    constraints.forEach(constraint -> constraint.save(state));
    return state;
  }

  @Override
  public void restore(Map<String, Double> state) {
    update.restore(state);
    constraints.forEach(constraint -> constraint.restore(state));
  }
}
