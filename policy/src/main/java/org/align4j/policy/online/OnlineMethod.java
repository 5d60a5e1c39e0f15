package org.align4j.policy.online;

import java.util.List;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.train.TrainingConfig;

/**
 * A method of online training with its settings: PPO, GRPO, RLOO, REINFORCE++, online DPO.
 *
 * <p>An own method implements this with an {@link OnlineUpdate}.
 */
public interface OnlineMethod {

  /** {@return name in logs, such as {@code grpo}} */
  String name();

  /** {@return the peak learning rate that the method's users start from} */
  double learningRate();

  /** {@return how completions are sampled and used} */
  RolloutConfig rollouts();

  /** {@return least number of completions a prompt; 2 for methods that compare them} */
  int leastGenerations();

  /** {@return whether log-probs of a reference are needed} */
  boolean needsReference();

  /**
   * Makes what learns from rounds.
   *
   * @param setup policy, reference and critics
   * @return the update
   */
  OnlineUpdate update(OnlineSetup setup);

  /**
   * {@return this method, with the mean costs of completions kept at or below targets} Each round
   * maximises reward - Σ λ · cost at the multipliers λ as they are, then moves them: {@link
   * org.align4j.core.policygradient.LagrangeMultiplier}.
   *
   * @param constraints at least one, with different names
   * @throws ConfigurationException if a multiplier would have no effect, or names are alike
   */
  default OnlineMethod subjectTo(List<Constraint> constraints) {
    return new ConstrainedMethod(this, constraints);
  }

  /**
   * Refuses constraints where the size of a cost, and so its multiplier, has no effect. Nothing is
   * refused by default.
   *
   * @throws ConfigurationException names the way out
   */
  default void requireConstrainable() {}

  /**
   * Checks the settings against what is trained.
   *
   * @param training with as many prompts a round as {@link TrainingConfig#stepExamples} says
   * @param reference whether the policy has a reference
   * @throws ConfigurationException names the setting and the way out
   */
  default void check(TrainingConfig training, boolean reference) {
    OnlineConfig config = OnlineConfig.of(training, rollouts());
    config.requireReferenceForBudget(reference);
    if (needsReference() && !reference) {
      throw new ConfigurationException(
          name()
              + " needs a reference here, which full fine-tuning does not have: train an adapter,"
              + " or set the weight of the KL term to 0 where there is one");
    }
    if (rollouts().generations() < leastGenerations()) {
      throw new ConfigurationException(
          name()
              + " compares a prompt's completions: num_generations must be at least "
              + leastGenerations()
              + ", got "
              + rollouts().generations());
    }
  }
}
