package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.refusal.Rate;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.model.WeightsFingerprint;

/**
 * Fits gates in closed form: ridge regression of +1 (harmful) and -1 (harmless) on standardised
 * hidden states. Both sides have the same weight whatever their numbers; on the harmless side
 * look-alikes and ordinary requests share it as the configuration says. No network is trained.
 */
public final class GateTrainer {
  private static final double SIDE = 0.5;
  private static final int HELD_OUT_EVERY = 5;
  private static final String HARMFUL = "harmful";

  private GateTrainer() {}

  /**
   * Fits a gate to most requests and holds out the others: every fifth of each kind.
   *
   * @param model any chat model; states are those of the model without an adapter that is trained
   * @param requests at least five harmful ones, and harmless ones of each kind that has a share
   * @param config layer, penalty and threshold
   * @param progress shows the passes over the requests
   * @return the gate with its rates on the rows that were held out
   * @throws org.align4j.core.ConfigurationException if a kind of requests is missing
   */
  public static GateFit fit(
      ChatModel model, GateRequests requests, GateConfig config, Progress.Factory progress) {
    GateRequests.Split split = requests.split(HELD_OUT_EVERY);
    return fit(model, split.fitted(), split.heldOut(), config, progress);
  }

  /**
   * Fits a gate.
   *
   * @param model any chat model; states are those of the model without an adapter that is trained
   * @param fitted rows to fit to: harmful ones, and harmless ones of each kind that has a share
   * @param heldOut rows that choose the threshold, harmful ones at least unless the configuration
   *     has a threshold; rates are measured on all of them
   * @param config layer, penalty and threshold
   * @param progress shows the passes over the requests
   * @return the gate with its rates on the rows that were held out
   * @throws org.align4j.core.ConfigurationException if a kind of rows is missing
   */
  public static GateFit fit(
      ChatModel model,
      GateRequests fitted,
      GateRequests heldOut,
      GateConfig config,
      Progress.Factory progress) {
    requireRows(fitted, heldOut, config);
    long start = System.nanoTime();
    int layer = config.layerOf(model.network().config().layers());
    PromptFeatures features = new PromptFeatures(model.parts(), layer);
    LinearProbe probe =
        LinearProbe.fit(
            features.of(all(fitted), progress, "states"),
            targets(fitted),
            weights(fitted, config.lookAlikeShare()),
            config.penalty());
    double[][] held = features.of(all(heldOut), progress, "held-out states");
    double[] scores = Arrays.stream(held).mapToDouble(probe::score).toArray();
    Map<String, double[]> byKind = byKind(heldOut, scores);
    double threshold =
        config
            .threshold()
            .orElseGet(() -> GateScores.threshold(byKind.get(HARMFUL), config.harmfulRate()));
    GateParameters parameters =
        new GateParameters(
            model.name(),
            WeightsFingerprint.ofReference(model.network()),
            layer,
            probe,
            threshold,
            config.refusal());
    Map<String, Rate> refused = new LinkedHashMap<>();
    byKind.forEach((kind, some) -> refused.put(kind, GateScores.refused(some, threshold)));
    return new GateFit(
        new RefusalGate(model, parameters),
        fitted.size(),
        refused,
        auc(byKind),
        (System.nanoTime() - start) / 1e9);
  }

  private static void requireRows(GateRequests fitted, GateRequests heldOut, GateConfig config) {
    require(!fitted.harmful().isEmpty(), "a gate needs harmful requests to fit to");
    require(
        fitted.lookAlikes().isEmpty() == (config.lookAlikeShare() == 0),
        "look_alike_share is "
            + config.lookAlikeShare()
            + ", but there are "
            + fitted.lookAlikes().size()
            + " look-alikes to fit to; give some, or set it to 0");
    require(
        fitted.ordinary().isEmpty() == (config.lookAlikeShare() == 1),
        "look_alike_share is "
            + config.lookAlikeShare()
            + ", but there are "
            + fitted.ordinary().size()
            + " ordinary requests to fit to; give some, or set it to 1");
    require(
        config.threshold().isPresent() || !heldOut.harmful().isEmpty(),
        "no harmful requests are held out to choose the threshold on; hold some out, or set it");
  }

  private static List<String> all(GateRequests requests) {
    List<String> out = new ArrayList<>(requests.harmful());
    out.addAll(requests.lookAlikes());
    out.addAll(requests.ordinary());
    return out;
  }

  private static double[] targets(GateRequests requests) {
    double[] out = new double[requests.size()];
    Arrays.fill(out, -1);
    Arrays.fill(out, 0, requests.harmful().size(), 1);
    return out;
  }

  /**
   * Weights whose sum is the number of rows, so that the penalty means the same for any weights.
   */
  static double[] weights(GateRequests requests, double lookAlikeShare) {
    int harmful = requests.harmful().size();
    int lookAlikes = requests.lookAlikes().size();
    int rows = requests.size();
    double[] out = new double[rows];
    Arrays.fill(out, 0, harmful, rows * SIDE / harmful);
    if (lookAlikes > 0) {
      double each = rows * SIDE * lookAlikeShare / lookAlikes;
      Arrays.fill(out, harmful, harmful + lookAlikes, each);
    }
    if (!requests.ordinary().isEmpty()) {
      double each = rows * SIDE * (1 - lookAlikeShare) / requests.ordinary().size();
      Arrays.fill(out, harmful + lookAlikes, rows, each);
    }
    return out;
  }

  /** The scores of each kind that has rows. */
  private static Map<String, double[]> byKind(GateRequests requests, double[] scores) {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put(HARMFUL, requests.harmful().size());
    sizes.put("look_alikes", requests.lookAlikes().size());
    sizes.put("ordinary", requests.ordinary().size());
    Map<String, double[]> out = new LinkedHashMap<>();
    int from = 0;
    for (Map.Entry<String, Integer> kind : sizes.entrySet()) {
      int to = from + kind.getValue();
      if (to > from) {
        out.put(kind.getKey(), Arrays.copyOfRange(scores, from, to));
      }
      from = to;
    }
    return out;
  }

  private static Map<String, Double> auc(Map<String, double[]> byKind) {
    Map<String, Double> out = new LinkedHashMap<>();
    double[] harmful = byKind.get(HARMFUL);
    byKind.forEach(
        (kind, scores) -> {
          if (harmful != null && !kind.equals(HARMFUL)) {
            out.put(kind, GateScores.auc(harmful, scores));
          }
        });
    return out;
  }
}
