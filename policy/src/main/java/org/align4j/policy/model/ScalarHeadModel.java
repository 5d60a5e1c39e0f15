package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * A decoder with a {@link ScalarHead}: the {@link ValueModel} that is a transformer. It is a reward
 * model on {@link TokenBatch#lastTokens} and a critic on {@link TokenBatch#of}, so it is named by
 * what it is made of. The head is always trained.
 */
public final class ScalarHeadModel implements ValueModel {
  private final DecoderTransformer trunk;
  private final ScalarHead head;

  /**
   * Puts a head of zeros on a decoder; its own language-model head is not used.
   *
   * @param trunk what gives the states
   * @param backend what computes the head
   */
  public ScalarHeadModel(DecoderTransformer trunk, Backend backend) {
    this.trunk = trunk;
    head = new ScalarHead(backend, trunk.config().hidden());
  }

  @Override
  public Backend backend() {
    return trunk.backend();
  }

  /** {@return the decoder} */
  public DecoderTransformer trunk() {
    return trunk;
  }

  /** {@return the head} */
  public ScalarHead head() {
    return head;
  }

  /** {@return all weights by transformers' names, without a language-model head} */
  public Map<String, Tensor> weights() {
    Map<String, Tensor> out = new LinkedHashMap<>(trunk.weights());
    out.remove(BaseWeights.HEAD);
    out.put(ScalarHead.NAME, head.parameter().value());
    return out;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> out = new ArrayList<>();
    for (Parameter parameter : trunk.parameters()) {
      if (!parameter.name().equals(BaseWeights.HEAD)) {
        out.add(parameter);
      }
    }
    out.add(head.parameter());
    return out;
  }

  @Override
  public void clearGradients() {
    trunk.clearGradients();
    head.clearGradient();
  }

  @Override
  public void seedDropout(long seed) {
    trunk.seedDropout(seed);
  }

  @Override
  public double[] forward(TokenBatch batch, Mode mode) {
    return head.forward(trunk.hiddenStates(batch, mode));
  }

  @Override
  public void backward(double[] dValues) {
    trunk.backward(head.backward(dValues));
  }
}
