package org.align4j.policy.online;

import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.ScalarHeadModel;

/** Joins a policy with a critic, as the kind of policy allows. */
public interface CriticSource {

  /** A value head on the policy's own states. */
  ActorCritic shared();

  /** A second copy of the policy's base model with a value head, trained as the policy is. */
  ActorCritic separate();

  /** A critic that starts as a given model, trained as the policy is. */
  ActorCritic startingAs(ScalarHeadModel model);
}
