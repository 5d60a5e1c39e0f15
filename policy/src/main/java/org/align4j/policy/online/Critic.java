package org.align4j.policy.online;

import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ScalarModel;

/** Where PPO's values come from. */
@FunctionalInterface
public interface Critic {

  /** A value head on the policy's own states: half the work of a separate critic. */
  Critic SHARED = setup -> ActorCritic.sharedTrunk(setup.policy(), setup.backend());

  /** A second copy of the base model with a value head, trained as the policy is. */
  Critic SEPARATE = setup -> separate(setup, new ScalarModel(setup.base().get(), setup.backend()));

  /** Joins the policy and its critic. */
  ActorCritic with(OnlineSetup setup);

  /** A critic that starts as a given model, such as a reward model. */
  static Critic startingAs(ScalarModel model) {
    return setup -> separate(setup, model);
  }

  private static ActorCritic separate(OnlineSetup setup, ScalarModel critic) {
    DecoderTransformer policy = setup.policy();
    if (setup.checkpointing()) {
      critic.trunk().checkpointActivations();
    }
    if (policy.lora() == null) {
      critic.trunk().trainAllWeights();
    } else {
      long seed = RandomStream.of(setup.config().training().seed(), Purpose.CRITIC).seed();
      critic.trunk().addAdapter(policy.lora(), seed);
    }
    return ActorCritic.separate(policy, critic, setup.backend());
  }
}
