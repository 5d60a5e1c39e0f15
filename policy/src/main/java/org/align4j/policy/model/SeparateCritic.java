package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/** A policy beside a critic that shares no weights with it. */
final class SeparateCritic implements ActorCritic {
  private final LanguageModel policy;
  private final ValueModel critic;

  SeparateCritic(LanguageModel policy, ValueModel critic) {
    this.policy = policy;
    this.critic = critic;
  }

  @Override
  public LanguageModel policy() {
    return policy;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> out = new ArrayList<>(policy.parameters());
    critic.parameters().forEach(parameter -> out.add(parameter.named(CRITIC + parameter.name())));
    return out;
  }

  @Override
  public void clearGradients() {
    policy.clearGradients();
    critic.clearGradients();
  }

  @Override
  public void seedDropout(long seed) {
    policy.seedDropout(seed);
    critic.seedDropout(RandomStream.of(seed, Purpose.CRITIC).seed());
  }

  @Override
  public Pass forward(TokenBatch batch, Mode mode, double temperature) {
    TokenStats stats = policy.forward(batch, mode, temperature);
    return new Pass(stats, critic.forward(batch, mode));
  }

  @Override
  public void backward(double[] dLogProbs, double[] dValues) {
    policy.backward(dLogProbs);
    critic.backward(dValues);
  }
}
