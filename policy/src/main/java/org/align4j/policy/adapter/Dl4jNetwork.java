package org.align4j.policy.adapter;

import java.util.List;
import java.util.function.Function;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.text.TokenBatch;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A DL4J network as a policy's or a critic's network, by DL4J's external errors. Its last layer
 * must give logits, or one value: a dense layer with identity activation, no output layer. Weights
 * are DL4J's own, in place.
 */
public final class Dl4jNetwork implements LogitsNetwork {

  /** The two kinds of DL4J network, as far as they differ. */
  private interface Net {
    INDArray forward(INDArray input, boolean train);

    Gradient backward(INDArray error);

    INDArray params();
  }

  private final Net net;
  private final Function<TokenBatch, INDArray> inputs;
  private final Parameter parameter;

  private Dl4jNetwork(Net net, Function<TokenBatch, INDArray> inputs) {
    this.net = net;
    this.inputs = inputs;
    INDArray params = net.params();
    Tensor value = Tensor.of(params);
    // The vector holds weights and biases alike; decaying weights alone is DL4J's weightDecay.
    parameter = Parameter.exempt("params", value, Tensor.zeros(1, value.columns()));
  }

  /**
   * Wraps an initialised network.
   *
   * @param network is trained in place
   * @param inputs one row of features for each target of a batch
   * @return the network
   */
  public static Dl4jNetwork of(MultiLayerNetwork network, Function<TokenBatch, INDArray> inputs) {
    return new Dl4jNetwork(
        new Net() {
          @Override
          public INDArray forward(INDArray input, boolean train) {
            if (!train) {
              return network.output(input);
            }
            network.setInput(input);
            List<INDArray> activations = network.feedForward(true, false);
            return activations.get(activations.size() - 1);
          }

          @Override
          public Gradient backward(INDArray error) {
            return network.backpropGradient(error, LayerWorkspaceMgr.noWorkspaces()).getFirst();
          }

          @Override
          public INDArray params() {
            return network.params();
          }
        },
        inputs);
  }

  /**
   * The same for a graph with one input and one output.
   *
   * @param graph is trained in place
   * @param inputs one row of features for each target of a batch
   * @return the graph
   */
  public static Dl4jNetwork of(ComputationGraph graph, Function<TokenBatch, INDArray> inputs) {
    String output = graph.getConfiguration().getNetworkOutputs().get(0);
    return new Dl4jNetwork(
        new Net() {
          @Override
          public INDArray forward(INDArray input, boolean train) {
            if (!train) {
              return graph.outputSingle(input);
            }
            return graph.feedForward(new INDArray[] {input}, true, false).get(output);
          }

          @Override
          public Gradient backward(INDArray error) {
            return graph.backpropGradient(error);
          }

          @Override
          public INDArray params() {
            return graph.params();
          }
        },
        inputs);
  }

  @Override
  public INDArray logits(TokenBatch batch, boolean train) {
    return net.forward(inputs.apply(batch), train);
  }

  @Override
  public void backward(INDArray dLogits) {
    INDArray gradient = net.backward(dLogits.dup('c')).gradient();
    parameter.gradient().toINDArray().addi(gradient.reshape('c', 1, gradient.length()));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(parameter);
  }

  @Override
  public void close() {
    parameter.gradient().close();
  }
}
