package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * A decoder with one number out at each head row: a reward model on {@link TokenBatch#lastTokens},
 * a critic on {@link TokenBatch#of}. The head is linear without bias, as transformers' sequence
 * classification has it ({@code score.weight}); it is always trained.
 */
public final class ScalarModel implements Trainable {
  /** transformers' initializer_range, the spread of a new head. */
  private static final double INITIAL_DEVIATION = 0.02;

  private static final String HEAD = "score.weight";

  private final DecoderTransformer trunk;
  private final Backend backend;
  private final Tensor head;
  private final Tensor headGradient;
  private final GrowingTensor scores = new GrowingTensor(1);
  private final GrowingTensor dScores = new GrowingTensor(1);
  private final GrowingTensor dHidden;
  private Tensor hidden;

  /** Puts a head of zeros on a decoder; its own language-model head is not used. */
  public ScalarModel(DecoderTransformer trunk, Backend backend) {
    this.trunk = trunk;
    this.backend = backend;
    head = Tensor.zeros(1, trunk.config().hidden());
    headGradient = Tensor.zeros(1, trunk.config().hidden());
    dHidden = new GrowingTensor(trunk.config().hidden());
  }

  /** Draws a new head from N(0, 0.02²). */
  public void initializeHead(long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    float[] row = new float[head.columns()];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (INITIAL_DEVIATION * random.nextGaussian());
    }
    head.writeRow(0, row, 0);
  }

  /** The decoder. */
  public DecoderTransformer trunk() {
    return trunk;
  }

  /** All weights by transformers' names, without a language-model head. */
  public Map<String, Tensor> weights() {
    Map<String, Tensor> out = new LinkedHashMap<>(trunk.weights());
    out.remove("lm_head.weight");
    out.put(HEAD, head);
    return out;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> out = new ArrayList<>();
    for (Parameter parameter : trunk.parameters()) {
      if (!parameter.name().equals("lm_head.weight")) {
        out.add(parameter);
      }
    }
    out.add(new Parameter(HEAD, head, headGradient));
    return out;
  }

  @Override
  public void clearGradients() {
    trunk.clearGradients();
    backend.scale(0, headGradient);
  }

  @Override
  public void seedDropout(long seed) {
    trunk.seedDropout(seed);
  }

  /** One number a head row of the batch. */
  public double[] forward(TokenBatch batch, Mode mode) {
    hidden = trunk.hiddenStates(batch, mode);
    Tensor out = scores.rows(hidden.rows());
    backend.gemm(false, true, 1, hidden, head, 0, out);
    float[] values = out.toArray();
    double[] result = new double[values.length];
    Arrays.setAll(result, i -> values[i]);
    return result;
  }

  /**
   * Back-propagates through the last {@link Mode#TRAIN} pass and adds to the gradients.
   *
   * @param gradient d loss / d score of each head row
   */
  public void backward(double[] gradient) {
    Tensor d = dScores.rows(gradient.length);
    for (int i = 0; i < gradient.length; i++) {
      d.writeRow(i, new float[] {(float) gradient[i]}, 0);
    }
    backend.gemm(true, false, 1, d, hidden, 1, headGradient);
    Tensor back = dHidden.rows(gradient.length);
    backend.gemm(false, false, 1, d, head, 0, back);
    trunk.backward(back);
  }
}
