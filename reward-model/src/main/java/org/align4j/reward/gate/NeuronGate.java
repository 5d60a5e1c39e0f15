package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.core.refusal.Rate;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.edit.AttentionEdits;
import org.align4j.policy.edit.NeuronEdits;
import org.align4j.policy.model.DecoderTransformer;

/**
 * A gate built into a model's weights. Some attention heads of a layer read all tokens of a prompt;
 * where it ends, two neurons for each group of harmless requests ask whether the request is unlike
 * that group ({@link AttentionProbe}). In the next layer two more add the direction of the
 * refusal's first token to the residual stream if all said so, and another one takes the votes
 * away. The layers above then learn to say the refusal where the direction was added: a few steps
 * of supervised training.
 *
 * <p>Heads and neurons replace idle ones by means of the LoRA adapter, so what is saved is a PEFT
 * adapter. Unlike {@link RefusalGate} it needs no code around the model.
 */
public final class NeuronGate {
  /** Between passing and refusing, in the unit of the probes' targets. */
  public static final double BAND = 0.1;

  /** With fewer, states are told apart by chance. */
  private static final double ROWS_A_FEATURE = 1.5;

  private final ChatModel model;
  private final DecoderTransformer network;
  private final NeuronGateConfig config;
  private final int layer;

  private NeuronGate(ChatModel model, NeuronGateConfig config) {
    this.model = model;
    this.config = config;
    network = model.network();
    layer = config.layerOf(network.config().layers());
  }

  /**
   * Fits a gate and writes it into the model's adapter, whose training from here on begins above
   * the gate.
   *
   * @param model with a new adapter ({@link ChatModel#withLora}) that has room for the gate, {@link
   *     NeuronGateConfig#withRoom}
   * @param requests what the probes are fitted to; the threshold is chosen on the same ones, out of
   *     fold
   * @param config where the gate stands, how it is fitted, and the refusal
   * @param progress shows the passes over the requests; a {@link
   *     org.align4j.policy.run.CancellableProgress} stops them, and the adapter is of no use then
   * @return what the gate does with these requests
   * @throws org.align4j.core.ConfigurationException if the adapter has no room for it or is trained
   *     already, if there are fewer requests than one and a half times the hidden size, or if a
   *     group stands in one fold alone
   */
  public static NeuronGateFit install(
      ChatModel model,
      GroupedRequests requests,
      NeuronGateConfig config,
      Progress.Factory progress) {
    int needed = (int) Math.ceil(ROWS_A_FEATURE * model.network().config().hidden());
    require(
        requests.all().size() >= needed,
        "a gate in a model of hidden size %d needs at least %d requests; there are %d"
            .formatted(model.network().config().hidden(), needed, requests.all().size()));
    return new NeuronGate(model, config).install(requests, progress);
  }

  private NeuronGateFit install(GroupedRequests requests, Progress.Factory progress) {
    requireRoom(requests.harmless().size());
    int token = firstToken();
    int[] folds = requests.folds(config.folds());
    List<String> all = requests.all();
    try (LayerInputs inputs = LayerInputs.read(model.parts(), all, layer, progress)) {
      GroupedRows rows = GroupedRows.of(inputs.ends(), requests);
      int heads = config.headsOf(network.config());
      ProbeHeads pooling = new ProbeHeads(network, layer, inputs);
      AttentionProbeTrainer.Fit fit =
          new AttentionProbeTrainer(
                  network.backend(), inputs, pooling.tokens(), rows, heads, config.seed())
              .fit(folds, progress);
      double threshold = GateScores.threshold(rows.group(fit.outOfFold(), 0), config.harmfulRate());
      if (heads > 0) {
        pooling.write(fit);
      }
      return wire(requests, rows, fit, threshold, inputs, token, progress);
    }
  }

  /** Before the requests are read, which takes minutes. */
  private void requireRoom(int groups) {
    int heads = config.headsOf(network.config());
    if (heads > 0) {
      AttentionEdits.requireRoom(network, layer, heads, groups);
    }
    NeuronEdits.requireRoom(network, layer, GateWiring.voting(groups));
    NeuronEdits.requireRoom(network, layer + 1, GateWiring.ACTING);
    require(
        network.lora().dropout() == 0,
        "a gate needs an adapter without dropout: training would drop parts of what the gate reads;"
            + " the adapter has dropout "
            + network.lora().dropout());
    require(
        network.adapterFactors().stream()
            .filter(factor -> factor.name().endsWith("lora_B.weight"))
            .allMatch(factor -> isZero(factor.value())),
        "a gate needs a new adapter, since it is fitted to the model without one; this adapter is"
            + " trained already");
  }

  private static boolean isZero(Tensor tensor) {
    return IntStream.range(0, tensor.rows())
        .allMatch(row -> Vectors.norm(tensor.doubleRow(row)) == 0);
  }

  /**
   * Writes the neurons.
   *
   * @param inputs of the layer, whose heads are in place
   * @param token that a refusal begins with
   */
  private NeuronGateFit wire(
      GroupedRequests requests,
      GroupedRows rows,
      AttentionProbeTrainer.Fit fit,
      double threshold,
      LayerInputs inputs,
      int token,
      Progress.Factory progress) {
    List<EndStates> states = inputs.edited(2, progress, "read scores");
    EndDetector detector = EndDetector.fit(states.get(0));
    List<double[]> votes =
        EndDetector.readings(
            states.get(0).last(),
            IntStream.range(0, rows.groups() - 1)
                .mapToObj(group -> fit.above(threshold, group))
                .toList());
    GateWiring wiring = new GateWiring(network, inputs, layer, states, detector, votes);
    double agreement = wiring.write(config.calibration(), token, progress);
    network.trainAdapterFrom(layer + 2);
    // What the neurons read.
    double[] margins =
        Arrays.stream(states.get(0).last())
            .mapToDouble(state -> wiring.read(state).min().orElseThrow())
            .toArray();
    Map<String, Rate> refused = new LinkedHashMap<>();
    rows.harmless(fit.outOfFold(), requests)
        .forEach((name, some) -> refused.put(name, GateScores.refused(some, threshold)));
    return new NeuronGateFit(
        layer,
        threshold,
        agreement,
        GateScores.refused(rows.group(fit.outOfFold(), 0), threshold),
        refused,
        rows.group(margins, 0),
        rows.harmless(margins, requests),
        wiring.dial());
  }

  private int firstToken() {
    return model.firstTokens(List.of(config.refusal())).get(0);
  }
}
