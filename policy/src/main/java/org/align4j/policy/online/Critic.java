package org.align4j.policy.online;

import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.ValueModel;

/** Where PPO's values come from. */
@FunctionalInterface
public interface Critic {

  /** A value head on the policy's own states: half the work of a separate critic. */
  Critic SHARED = Own.SHARED;

  /** A second copy of the base model with a value head, trained as the policy is. */
  Critic SEPARATE = Own.SEPARATE;

  /**
   * {@return a value model of one's own, for policies of any kind}
   *
   * @param model is trained beside the policy
   */
  static Critic of(ValueModel model) {
    return source -> source.with(model);
  }

  /**
   * Joins the policy and its critic.
   *
   * @param source makes critics for the policy
   * @return both
   */
  ActorCritic from(CriticSource source);

  /**
   * {@return a critic that starts as a given model, such as a reward model}
   *
   * @param model of the policy's vocabulary; is trained
   */
  static Critic startingAs(ScalarHeadModel model) {
    return source -> source.startingAs(model);
  }

  /** Critics that are made from the policy's own model. */
  enum Own implements Critic {
    /** See {@link Critic#SHARED}. */
    SHARED {
      @Override
      public ActorCritic from(CriticSource source) {
        return source.shared();
      }
    },
    /** See {@link Critic#SEPARATE}. */
    SEPARATE {
      @Override
      public ActorCritic from(CriticSource source) {
        return source.separate();
      }
    }
  }
}
