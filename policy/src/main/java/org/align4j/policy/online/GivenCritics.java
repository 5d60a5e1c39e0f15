package org.align4j.policy.online;

import org.align4j.core.ConfigurationException;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.ValueModel;

/**
 * Critics of policies that are not transformers: only a value model that is given.
 *
 * @param policy whose tokens are valued
 */
public record GivenCritics(LanguageModel policy) implements CriticSource {

  @Override
  public ActorCritic shared() {
    throw refused();
  }

  @Override
  public ActorCritic separate() {
    throw refused();
  }

  @Override
  public ActorCritic with(ValueModel critic) {
    return ActorCritic.separate(policy, critic);
  }

  @Override
  public ActorCritic startingAs(ScalarHeadModel model) {
    throw refused();
  }

  private static ConfigurationException refused() {
    return new ConfigurationException(
        "this policy is not a transformer, of which a critic could be made; give a value model of"
            + " your own by Critic.of");
  }
}
