package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.policy.edit.AttentionEdits;
import org.align4j.policy.edit.PoolingHead;
import org.align4j.policy.model.DecoderTransformer;

/**
 * Writes a probe's heads into a layer's attention. What they pool for each group is added to the
 * residual stream along a direction of its own, which is quiet otherwise; the feed-forward block of
 * the same layer reads it there, together with what the probe reads at the end of the prompt.
 */
final class ProbeHeads {
  /**
   * What a standard deviation of a score adds, as a share of the residual stream's norm: about a
   * hundred times what the quiet directions have in SmolLM2, so that it is read exactly.
   */
  private static final double SHARE = 0.02;

  private final DecoderTransformer network;
  private final int layer;
  private final LayerInputs inputs;
  private final TokenFeatures tokens;

  ProbeHeads(DecoderTransformer network, int layer, LayerInputs inputs) {
    this.network = network;
    this.layer = layer;
    this.inputs = inputs;
    String norm = "model.layers." + layer + ".input_layernorm.weight";
    Map<String, double[]> found = new HashMap<>();
    network.showWeights(
        (name, weight) -> {
          if (name.equals(norm)) {
            found.put(name, weight.doubleRow(0));
          }
        });
    tokens = TokenFeatures.fit(inputs.parts(), found.get(norm), network.config().normEpsilon());
  }

  /** What the layer's attention reads. */
  TokenFeatures tokens() {
    return tokens;
  }

  /**
   * Writes the heads.
   *
   * @param scores of all requests, [requests][groups]
   */
  void write(AttentionProbe probe, double[][] scores) {
    double[][] ends = inputs.ends();
    // The token that a head's output begins with does not matter here.
    List<double[]> quiet =
        ResidualWeights.of(network, layer, 0).quietDirections(ends, probe.groups());
    double[] query = EndDetector.one(tokens.ends(inputs.parts(), ends.length));
    List<double[]> outputs = new ArrayList<>();
    for (int group = 0; group < probe.groups(); group++) {
      int column = group;
      double[] all = Arrays.stream(scores).mapToDouble(row -> row[column]).toArray();
      outputs.add(Vectors.scaled(SHARE * inputs.residualNorm() / deviation(all), quiet.get(group)));
    }
    AttentionEdits.replaceIdle(
        network,
        layer,
        IntStream.range(0, probe.heads())
            .mapToObj(
                head -> new PoolingHead(query, key(probe, head), values(probe, head), outputs))
            .toList());
  }

  private double[] key(AttentionProbe probe, int head) {
    return tokens.direction(doubles(probe.keys()[head]));
  }

  private List<double[]> values(AttentionProbe probe, int head) {
    return IntStream.range(0, probe.groups())
        .mapToObj(group -> tokens.direction(doubles(probe.value(head, group))))
        .toList();
  }

  private static double[] doubles(float[] values) {
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i];
    }
    return out;
  }

  private static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
  }
}
