package org.align4j.policy.online;

import java.util.function.Supplier;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.ValueModel;

/**
 * Critics of a transformer.
 *
 * @param policy whose adapter's shape, or training in full, a critic of its own shares
 * @param base loads the policy's base model again
 * @param seed of the run
 */
public record TransformerCritics(
    DecoderTransformer policy, Supplier<DecoderTransformer> base, long seed)
    implements CriticSource {

  @Override
  public ActorCritic shared() {
    return ActorCritic.sharedTrunk(policy);
  }

  @Override
  public ActorCritic separate() {
    return startingAs(new ScalarHeadModel(base.get(), policy.backend()));
  }

  @Override
  public ActorCritic with(ValueModel critic) {
    return ActorCritic.separate(policy, critic);
  }

  @Override
  public ActorCritic startingAs(ScalarHeadModel critic) {
    if (policy.checkpointsActivations()) {
      critic.trunk().checkpointActivations();
    }
    if (policy.lora() == null) {
      critic.trunk().trainAllWeights();
    } else {
      critic.trunk().addAdapter(policy.lora(), RandomStream.of(seed, Purpose.CRITIC).seed());
    }
    return ActorCritic.separate(policy, critic);
  }
}
