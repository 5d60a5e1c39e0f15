package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/** A transformer with a value head on the states that its language-model head reads. */
final class SharedTrunkCritic implements ActorCritic {
  private final DecoderTransformer policy;
  private final ScalarHead head;

  SharedTrunkCritic(DecoderTransformer policy) {
    this.policy = policy;
    head = new ScalarHead(policy.backend(), policy.config().hidden());
  }

  @Override
  public LanguageModel policy() {
    return policy;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> out = new ArrayList<>(policy.parameters());
    out.add(head.parameter().named(CRITIC + head.parameter().name()));
    return out;
  }

  @Override
  public void clearGradients() {
    policy.clearGradients();
    head.clearGradient();
  }

  @Override
  public void seedDropout(long seed) {
    policy.seedDropout(seed);
  }

  @Override
  public Pass forward(TokenBatch batch, Mode mode, double temperature) {
    Tensor hidden = policy.hiddenStates(batch, mode);
    TokenStats stats = policy.score(hidden, batch, mode, temperature);
    return new Pass(stats, head.forward(hidden));
  }

  @Override
  public void backward(double[] dLogProbs, double[] dValues) {
    Tensor gradient = policy.headGradient(dLogProbs);
    policy.backend().add(head.backward(dValues), gradient);
    policy.backward(gradient);
  }
}
