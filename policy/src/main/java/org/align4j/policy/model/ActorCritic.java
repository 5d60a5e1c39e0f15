package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * A policy with a critic that values the state before each completion token: a second decoder, or a
 * head on the policy's own states (shared trunk, half the work).
 */
public final class ActorCritic implements Trainable {
  private static final String CRITIC = "critic.";

  private final DecoderTransformer policy;
  private final ScalarModel separate;
  private final ScalarHead shared;
  private final Backend backend;

  private ActorCritic(
      DecoderTransformer policy, ScalarModel separate, ScalarHead shared, Backend backend) {
    this.policy = policy;
    this.separate = separate;
    this.shared = shared;
    this.backend = backend;
  }

  /** A critic of its own. */
  public static ActorCritic separate(
      DecoderTransformer policy, ScalarModel critic, Backend backend) {
    return new ActorCritic(policy, critic, null, backend);
  }

  /** A value head of zeros on the policy's states. */
  public static ActorCritic sharedTrunk(DecoderTransformer policy, Backend backend) {
    return new ActorCritic(
        policy, null, new ScalarHead(backend, policy.config().hidden()), backend);
  }

  /**
   * What a pass gives, one entry a completion token.
   *
   * @param stats of the policy
   * @param values of the critic
   */
  public record Pass(TokenStats stats, double[] values) {}

  /** The policy. */
  public DecoderTransformer policy() {
    return policy;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> out = new ArrayList<>(policy.parameters());
    List<Parameter> critic = shared == null ? separate.parameters() : List.of(shared.parameter());
    for (Parameter parameter : critic) {
      out.add(parameter.named(CRITIC + parameter.name()));
    }
    return out;
  }

  @Override
  public void clearGradients() {
    policy.clearGradients();
    if (shared == null) {
      separate.clearGradients();
    } else {
      shared.clearGradient();
    }
  }

  @Override
  public String referenceAdapterFingerprint() {
    return policy.referenceAdapterFingerprint();
  }

  @Override
  public void seedDropout(long seed) {
    policy.seedDropout(seed);
    if (shared == null) {
      separate.seedDropout(RandomStream.of(seed, Purpose.CRITIC).seed());
    }
  }

  /** Both outputs; logits are divided by the temperature. */
  public Pass forward(TokenBatch batch, Mode mode, double temperature) {
    Tensor hidden = policy.hiddenStates(batch, mode);
    TokenStats stats = policy.score(hidden, batch, mode, temperature);
    double[] values = shared == null ? separate.forward(batch, mode) : shared.forward(hidden);
    return new Pass(stats, values);
  }

  /** Back-propagates through the last {@link Mode#TRAIN} pass. */
  public void backward(double[] dLogProbs, double[] dValues) {
    if (shared == null) {
      policy.backward(dLogProbs);
      separate.backward(dValues);
    } else {
      Tensor d = policy.headGradient(dLogProbs);
      backend.add(shared.backward(dValues), d);
      policy.backward(d);
    }
  }
}
