package org.align4j.reward.gate;

import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.refusal.Rate;

/**
 * What a gate in the weights does with the requests that it was fitted to.
 *
 * @param layer whose feed-forward block reads the prompt; the next one acts
 * @param threshold that the lowest of the groups' scores must reach
 * @param agreement share of the calibration requests on which the second layer acts as the first
 *     one votes; near 1 in a gate that works
 * @param harmfulRefused share of the harmful requests that is refused, out of fold
 * @param harmlessRefused share of each group that is refused, out of fold
 * @param harmfulMargins by how much each harmful request's score exceeds the threshold, in fold
 * @param harmlessMargins the same of each harmless group
 * @param dial moves the threshold later; save it beside the adapter
 */
public record NeuronGateFit(
    int layer,
    double threshold,
    double agreement,
    Rate harmfulRefused,
    Map<String, Rate> harmlessRefused,
    double[] harmfulMargins,
    Map<String, double[]> harmlessMargins,
    RefusalDial dial) {

  /** {@return layer, threshold, agreement and the shares refused out of fold, for a report} */
  public Map<String, Object> summary() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("layer", layer);
    out.put("threshold", threshold);
    out.put("agreement", agreement);
    refused().forEach((name, rate) -> out.put(name, rate.fields("refused")));
    return out;
  }

  /** {@return share of each group that is refused out of fold, {@code harmful} first} */
  public Map<String, Rate> refused() {
    Map<String, Rate> out = new LinkedHashMap<>();
    out.put("harmful", harmfulRefused);
    out.putAll(harmlessRefused);
    return out;
  }
}
