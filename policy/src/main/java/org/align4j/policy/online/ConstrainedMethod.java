package org.align4j.policy.online;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.train.TrainingConfig;

/**
 * A method whose rewards pay for constraints.
 *
 * @param method what learns
 * @param constraints at least one, with different names
 */
record ConstrainedMethod(OnlineMethod method, List<Constraint> constraints)
    implements OnlineMethod {

  ConstrainedMethod {
    constraints = List.copyOf(constraints);
    method.requireConstrainable();
    Set<String> names = constraints.stream().map(Constraint::name).collect(Collectors.toSet());
    if (names.isEmpty() || names.size() < constraints.size()) {
      throw new ConfigurationException(
          "a method is subject to constraints of different names, got "
              + constraints.stream().map(Constraint::name).toList());
    }
  }

  @Override
  public String name() {
    return method.name();
  }

  @Override
  public double learningRate() {
    return method.learningRate();
  }

  @Override
  public RolloutConfig rollouts() {
    return method.rollouts();
  }

  @Override
  public int leastGenerations() {
    return method.leastGenerations();
  }

  @Override
  public boolean needsReference() {
    return method.needsReference();
  }

  @Override
  public void requireConstrainable() {
    throw new ConfigurationException(
        "the method has constraints already; give all of them together");
  }

  @Override
  public void check(TrainingConfig training, boolean reference) {
    method.check(training, reference);
  }

  @Override
  public OnlineUpdate update(OnlineSetup setup) {
    return new ConstrainedUpdate(method.update(setup), constraints);
  }
}
