package org.align4j.policy.adapter;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.text.TokenBatch;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Networks of other libraries as policies, on the default backend. Each policy trains the network's
 * own weights; the caller closes it. {@link TokenWindows} helps to make a network's inputs.
 */
public final class Policies {
  private Policies() {}

  /**
   * {@return a SameDiff graph, all of whose variables are trained} It must not be wrapped twice.
   *
   * @param graph is trained in place
   * @param logits name of the variable of shape [targets, vocabulary]
   * @param inputs placeholders by name, from a batch
   * @throws IllegalArgumentException if the graph has no such variable or nothing to train
   */
  public static LogitsPolicy sameDiff(
      SameDiff graph, String logits, Function<TokenBatch, Map<String, INDArray>> inputs) {
    List<String> trained =
        graph.variables().stream()
            .filter(variable -> variable.getVariableType() == VariableType.VARIABLE)
            .map(SDVariable::name)
            .toList();
    return logits(new SameDiffNetwork(graph, logits, trained, inputs));
  }

  /**
   * {@return an initialised DL4J network that ends in a dense layer with identity activation}
   *
   * @param network is trained in place
   * @param inputs one row of features for each target of a batch
   */
  public static LogitsPolicy dl4j(
      MultiLayerNetwork network, Function<TokenBatch, INDArray> inputs) {
    return logits(Dl4jNetwork.of(network, inputs));
  }

  /**
   * {@return the same for a graph with one input and one output}
   *
   * @param graph is trained in place
   * @param inputs one row of features for each target of a batch
   */
  public static LogitsPolicy dl4j(ComputationGraph graph, Function<TokenBatch, INDArray> inputs) {
    return logits(Dl4jNetwork.of(graph, inputs));
  }

  /**
   * Any other network.
   *
   * @param network is closed with the policy
   * @return the policy
   */
  public static LogitsPolicy logits(LogitsNetwork network) {
    return new LogitsPolicy(network, Backends.defaultBackend());
  }

  /**
   * {@return a network with one output as a critic: {@link Dl4jNetwork} or {@link SameDiffNetwork}}
   *
   * @param network is closed with the critic
   */
  public static NetworkValueModel critic(LogitsNetwork network) {
    return new NetworkValueModel(network, Backends.defaultBackend());
  }
}
