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
 * A decoder with one number out at each head row: a reward model on {@link TokenBatch#lastTokens},
 * a critic on {@link TokenBatch#of}. The head is always trained.
 */
public final class ScalarModel implements Trainable {
  private final DecoderTransformer trunk;
  private final ScalarHead head;

  /** Puts a head of zeros on a decoder; its own language-model head is not used. */
  public ScalarModel(DecoderTransformer trunk, Backend backend) {
    this.trunk = trunk;
    head = new ScalarHead(backend, trunk.config().hidden());
  }

  /** The decoder. */
  public DecoderTransformer trunk() {
    return trunk;
  }

  /** The head. */
  public ScalarHead head() {
    return head;
  }

  /** All weights by transformers' names, without a language-model head. */
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

  /** One number a head row of the batch. */
  public double[] forward(TokenBatch batch, Mode mode) {
    return head.forward(trunk.hiddenStates(batch, mode));
  }

  /**
   * Back-propagates through the last {@link Mode#TRAIN} pass and adds to the gradients.
   *
   * @param gradient d loss / d number of each head row
   */
  public void backward(double[] gradient) {
    trunk.backward(head.backward(gradient));
  }
}
