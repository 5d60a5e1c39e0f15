package org.align4j.policy.adapter;

import java.util.List;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.ValueModel;
import org.align4j.policy.text.TokenBatch;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A {@link LogitsNetwork} with one output as a {@link ValueModel}: a critic for any policy. */
public final class NetworkValueModel implements ValueModel, AutoCloseable {
  private final LogitsNetwork network;
  private final Backend backend;

  /**
   * Wraps a network, which is closed with this.
   *
   * @param network with one output
   * @param backend what computes
   */
  public NetworkValueModel(LogitsNetwork network, Backend backend) {
    this.network = network;
    this.backend = backend;
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public double[] forward(TokenBatch batch, Mode mode) {
    if (mode == Mode.REFERENCE) {
      throw new IllegalStateException("a value model of another library has no adapter");
    }
    INDArray values = network.logits(batch, mode == Mode.TRAIN);
    int targets = batch.targets().length;
    if (values.rank() != 2 || values.size(0) != targets || values.size(1) != 1) {
      throw new IllegalStateException(
          "the network gave values of shape "
              + values.shapeInfoToString()
              + "; expected ["
              + targets
              + ", 1]: one output for each target");
    }
    return values.toDoubleVector();
  }

  @Override
  public void backward(double[] dValues) {
    float[][] gradient = new float[dValues.length][1];
    for (int i = 0; i < dValues.length; i++) {
      gradient[i][0] = (float) dValues[i];
    }
    network.backward(Nd4j.createFromArray(gradient));
  }

  @Override
  public List<Parameter> parameters() {
    return network.parameters();
  }

  @Override
  public void clearGradients() {
    network.parameters().forEach(parameter -> backend.scale(0, parameter.gradient()));
  }

  /** Frees what the adapter has allocated; the network stays, with what it has learnt. */
  @Override
  public void close() {
    network.close();
  }
}
