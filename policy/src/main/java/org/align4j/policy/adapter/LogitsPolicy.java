package org.align4j.policy.adapter;

import java.util.List;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.text.TokenBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@link LogitsNetwork} as a policy: log-softmax and its gradient by the engine's kernels, the
 * rest by the network's own library. All parameters are trained, so that a reference is another
 * policy or precomputed.
 */
public final class LogitsPolicy implements LanguageModel {
  private final LogitsNetwork network;
  private final Backend backend;

  /** Owns the memory that {@link #probabilities} looks at. */
  private INDArray held;

  private Tensor probabilities;
  private int[] targets;
  private double inverseTemperature;

  /** Wraps a network. */
  public LogitsPolicy(LogitsNetwork network, Backend backend) {
    this.network = network;
    this.backend = backend;
  }

  @Override
  public TokenStats forward(TokenBatch batch, Mode mode, double temperature) {
    if (mode == Mode.REFERENCE) {
      throw new IllegalStateException(
          "this policy has no adapter to switch off; precompute the reference or use a second one");
    }
    INDArray logits = network.logits(batch, mode == Mode.TRAIN);
    if (logits.size(0) != batch.targets().length) {
      throw new IllegalStateException(
          "the network gave "
              + logits.size(0)
              + " rows of logits for "
              + batch.targets().length
              + " targets");
    }
    held = logits.dup('c');
    Tensor values = Tensor.of(held);
    if (temperature != 1) {
      backend.scale((float) (1 / temperature), values);
    }
    TokenStats stats = TokenStats.zeros(batch.targets().length);
    backend.softmax(values, batch.targets(), stats, 0);
    boolean train = mode == Mode.TRAIN;
    probabilities = train ? values : null;
    targets = batch.targets();
    inverseTemperature = 1 / temperature;
    return stats;
  }

  @Override
  public void backward(double[] dLogProbs) {
    if (probabilities == null) {
      throw new IllegalStateException("backward needs a TRAIN forward pass before it");
    }
    double[] scaled = new double[dLogProbs.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = dLogProbs[i] * inverseTemperature;
    }
    backend.logProbGradient(probabilities, targets, scaled, 0);
    network.backward(held);
    probabilities = null;
  }

  @Override
  public List<Parameter> parameters() {
    return network.parameters();
  }

  @Override
  public void clearGradients() {
    network.parameters().forEach(parameter -> backend.scale(0, parameter.gradient()));
  }

  @Override
  public boolean hasReference() {
    return false;
  }
}
