package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.refusal.Rate;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;

/**
 * A gate built into a model's weights in closed form. Where a prompt ends, two neurons for each
 * group of harmless requests ask whether the request is unlike that group ({@link GroupProbes}); in
 * the next layer two more add the direction of the refusal's first token to the residual stream if
 * all said so, and another one takes the votes away. The layers above then learn to say the refusal
 * where the direction was added: a few steps of supervised training.
 *
 * <p>The neurons replace idle ones by means of the LoRA adapter, so what is saved is a PEFT
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
  private final PromptEnds ends;
  private final int layer;

  private NeuronGate(ChatModel model, NeuronGateConfig config) {
    this.model = model;
    this.config = config;
    network = model.network();
    ends = new PromptEnds(model.parts());
    layer = config.layerOf(network.config().layers());
  }

  /**
   * Fits a gate and writes it into the model's adapter, whose training from here on begins above
   * the gate.
   *
   * @param model with a new adapter ({@link ChatModel#withLora}) from the configuration's layer on,
   *     of a rank of at least twice the number of groups
   * @param requests what the probes are fitted to; the threshold is chosen on the same ones, out of
   *     fold
   * @param config where the gate stands, how it is fitted, and the refusal
   * @param progress shows the passes over the requests
   * @return what the gate does with these requests
   * @throws org.align4j.core.ConfigurationException if the adapter has no room for it, or if there
   *     are fewer requests than one and a half times the hidden size
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
    List<String> all = requests.all();
    List<PromptEnds.States> both =
        ends.feedForwardInputs(all, layer, 2, Mode.REFERENCE, progress, "read requests");
    PromptEnds.States states = both.get(0);
    GroupedRows rows = GroupedRows.of(states.last(), requests);
    GroupProbes.Fit fit = GroupProbes.fit(rows, config.penalty(), config.folds());
    double[] outOfFold = fit.outOfFold();
    double threshold = GateScores.threshold(rows.group(outOfFold, 0), config.harmfulRate());
    GroupProbes probes = fit.probes();
    EndDetector detector = EndDetector.fit(states);
    List<double[]> votes =
        probes.probes().stream()
            .map(probe -> detector.plus(probe.direction(), probe.constant() - threshold))
            .toList();
    GateWiring wiring = new GateWiring(network, ends, layer, both, detector, votes);
    double agreement = wiring.write(all, config.calibration(), firstToken(), progress);
    network.trainAdapterFrom(layer + 2);
    // What the neurons read.
    double[] margins =
        Arrays.stream(states.last())
            .mapToDouble(state -> wiring.read(state).min().orElseThrow())
            .toArray();
    Map<String, Rate> refused = new LinkedHashMap<>();
    rows.harmless(outOfFold, requests)
        .forEach((name, some) -> refused.put(name, GateScores.refused(some, threshold)));
    return new NeuronGateFit(
        layer,
        threshold,
        agreement,
        GateScores.refused(rows.group(outOfFold, 0), threshold),
        refused,
        rows.group(margins, 0),
        rows.harmless(margins, requests),
        wiring.dial());
  }

  private int firstToken() {
    return model.firstTokens(List.of(config.refusal())).get(0);
  }
}
