package org.align4j.policy.edit;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Tensor;
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
    Map<String, double[][]> found = new HashMap<>();
    model.showWeights(
        (name, weight) -> {
          if (name.startsWith(prefix) && name.endsWith(".weight")) {
            found.put(name, rows(weight));
          }
        });
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

  private static double[][] rows(Tensor weight) {
    return IntStream.range(0, weight.rows()).mapToObj(weight::doubleRow).toArray(double[][]::new);
  }

  Neuron neuron(int index) {
    return new Neuron(
        gate[index],
        up[index],
        IntStream.range(0, down.length).mapToDouble(row -> down[row][index]).toArray());
  }

  /** The neurons that matter least: those that can change the residual stream the least. */
  List<Integer> idle(int count) {
    double[] strength =
        IntStream.range(0, gate.length).mapToDouble(i -> neuron(i).strength()).toArray();
    return IntStream.range(0, strength.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> strength[i]))
        .limit(count)
        .toList();
  }
}
