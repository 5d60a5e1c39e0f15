package org.align4j.policy.edit;

import java.util.List;
import java.util.Map;
import org.align4j.policy.model.DecoderTransformer;

/**
 * The neurons of a layer's feed-forward block, read from the base weights.
 *
 * @param prefix of the names of its weights, with a dot at the end
 */
record FeedForwardBlock(String prefix, double[][] gate, double[][] up, double[][] down) {
  static final String GATE = "gate_proj";
  static final String UP = "up_proj";
  static final String DOWN = "down_proj";

  /** Reads a layer's, [outputs][inputs] each. */
  static FeedForwardBlock of(DecoderTransformer model, int layer) {
    String prefix = prefix(layer);
    Map<String, double[][]> found =
        LayerWeights.read(model, name -> name.startsWith(prefix) && name.endsWith(".weight"));
    return new FeedForwardBlock(
        prefix,
        found.get(prefix + GATE + ".weight"),
        found.get(prefix + UP + ".weight"),
        found.get(prefix + DOWN + ".weight"));
  }

  /** What the names of a layer's weights begin with. */
  static String prefix(int layer) {
    return "model.layers." + layer + ".mlp.";
  }

  Neuron neuron(int index) {
    return new Neuron(gate[index], up[index], LayerWeights.column(down, index));
  }

  /** The neurons that matter least: those that can change the residual stream the least. */
  List<Integer> idle(int count) {
    return LayerWeights.weakest(count, gate.length, i -> neuron(i).strength());
  }
}
