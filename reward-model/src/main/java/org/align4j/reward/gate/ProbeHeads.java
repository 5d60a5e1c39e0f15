package org.align4j.reward.gate;

import java.util.List;
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
    double[] norm =
        ResidualWeights.norm(network, "model.layers." + layer + ".input_layernorm.weight");
    tokens = TokenFeatures.fit(inputs.parts(), norm, network.config().normEpsilon());
  }

  /** What the layer's attention reads. */
  TokenFeatures tokens() {
    return tokens;
  }

  /** Writes the heads of a probe. */
  void write(AttentionProbeTrainer.Fit fit) {
    AttentionProbe probe = fit.probe();
    List<double[]> quiet =
        ResidualWeights.of(network, layer).quietDirections(inputs.ends(), probe.groups());
    double[] query = EndDetector.one(tokens.ends(inputs.prompts()));
    double[] deviations = LinearProbe.scale(fit.scores(), LinearProbe.mean(fit.scores()));
    double amplitude = SHARE * inputs.residualNorm();
    List<double[]> outputs =
        IntStream.range(0, probe.groups())
            .mapToObj(group -> Vectors.scaled(amplitude / deviations[group], quiet.get(group)))
            .toList();
    AttentionEdits.replaceIdle(
        network,
        layer,
        IntStream.range(0, probe.heads())
            .mapToObj(
                head -> new PoolingHead(query, key(probe, head), values(probe, head), outputs))
            .toList());
  }

  private double[] key(AttentionProbe probe, int head) {
    return tokens.direction(probe.keys()[head]);
  }

  private List<double[]> values(AttentionProbe probe, int head) {
    return IntStream.range(0, probe.groups())
        .mapToObj(group -> tokens.direction(probe.value(head, group)))
        .toList();
  }
}
