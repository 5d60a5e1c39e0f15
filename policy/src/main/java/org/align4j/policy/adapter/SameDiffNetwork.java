package org.align4j.policy.adapter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.text.TokenBatch;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A SameDiff graph as a policy's or a critic's network. The gradient of Σ logits · dLogits, with
 * dLogits a placeholder, is what the chain rule asks for, so any graph works without a loss of its
 * own. The optimizer updates copies of the weights, which are written to the graph before each pass
 * and on closing.
 */
public final class SameDiffNetwork implements LogitsNetwork {
  private static final String GRADIENT = "align4j_d_logits";
  private static final String LOSS = "align4j_loss";

  private final SameDiff graph;
  private final String logits;
  private final Function<TokenBatch, Map<String, INDArray>> inputs;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private Map<String, INDArray> lastInputs;
  private boolean closed;

  /**
   * Wraps a graph; adds two variables and sets its loss, so a graph can be wrapped once.
   *
   * @param graph is trained in place
   * @param logits name of the variable of shape [targets, vocabulary]
   * @param trained names of the variables to train, float32
   * @param inputs placeholders of a batch
   * @throws IllegalArgumentException if the graph has no variable of such a name or nothing is
   *     trained
   */
  public SameDiffNetwork(
      SameDiff graph,
      String logits,
      List<String> trained,
      Function<TokenBatch, Map<String, INDArray>> inputs) {
    this.graph = graph;
    this.logits = logits;
    this.inputs = inputs;
    if (!graph.hasVariable(logits)) {
      throw new IllegalArgumentException(
          "the graph has no variable \"" + logits + "\"; it has " + graph.variableMap().keySet());
    }
    if (trained.isEmpty()) {
      throw new IllegalArgumentException("the graph has no variable to train");
    }
    SDVariable gradient = graph.placeHolder(GRADIENT, DataType.FLOAT, -1, -1);
    graph.getVariable(logits).mul(gradient).sum().rename(LOSS);
    graph.setLossVariables(LOSS);
    for (String name : trained) {
      INDArray value = graph.getVariable(name).getArr();
      Tensor copy = matrix(value);
      Tensor gradientSum = Tensor.zeros(copy.rows(), copy.columns());
      // A variable of rank 1 is a bias or a norm's gain.
      parameters.put(name, new Parameter(name, copy, gradientSum, value.rank() > 1));
    }
  }

  private static Tensor matrix(INDArray value) {
    INDArray flat =
        value.rank() == 2 ? value.dup('c') : value.dup('c').reshape('c', 1, value.length());
    Tensor out = Tensor.zeros((int) flat.size(0), (int) flat.size(1));
    copy(flat, out);
    return out;
  }

  private static void copy(INDArray from, Tensor to) {
    float[] row = new float[to.columns()];
    for (int r = 0; r < to.rows(); r++) {
      for (int j = 0; j < row.length; j++) {
        row[j] = from.getFloat(r, j);
      }
      to.writeRow(r, row, 0);
    }
  }

  @Override
  public INDArray logits(TokenBatch batch, boolean train) {
    writeWeights();
    lastInputs = inputs.apply(batch);
    return graph.output(lastInputs, logits).get(logits);
  }

  private void writeWeights() {
    parameters.forEach(
        (name, parameter) -> {
          INDArray target = graph.getVariable(name).getArr();
          target.assign(parameter.value().toINDArray().reshape('c', target.shape()));
        });
  }

  @Override
  public void backward(INDArray dLogits) {
    Map<String, INDArray> placeholders = new HashMap<>(lastInputs);
    placeholders.put(GRADIENT, dLogits);
    Map<String, INDArray> gradients =
        graph.calculateGradients(placeholders, new ArrayList<>(parameters.keySet()));
    parameters.forEach(
        (name, parameter) -> {
          Tensor sum = parameter.gradient();
          INDArray one = gradients.get(name).dup('c').reshape('c', sum.rows(), sum.columns());
          sum.toINDArray().addi(one);
        });
  }

  @Override
  public List<Parameter> parameters() {
    return List.copyOf(parameters.values());
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    writeWeights();
    for (Parameter parameter : parameters.values()) {
      parameter.value().close();
      parameter.gradient().close();
    }
  }
}
