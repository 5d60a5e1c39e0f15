package org.align4j.policy.online;

import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.ValueModel;

/** Joins a policy with a critic, as the kind of policy allows. */
public interface CriticSource {

  /** {@return a value head on the policy's own states} */
  ActorCritic shared();

  /**
   * {@return a second copy of the policy's base model with a value head, trained as the policy is}
   */
  ActorCritic separate();

  /**
   * Any value model, trained beside the policy.
   *
   * @param critic has parameters of its own
   * @return policy and critic
   */
  ActorCritic with(ValueModel critic);

  /**
   * {@return a critic that starts as a given model, trained as the policy is}
   *
   * @param model of the policy's vocabulary; is trained
   */
  ActorCritic startingAs(ScalarHeadModel model);
}
