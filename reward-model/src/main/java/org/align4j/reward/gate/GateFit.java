package org.align4j.reward.gate;

import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.refusal.Rate;

/**
 * A fitted gate and how it does on the rows that were held out.
 *
 * @param gate ready for use
 * @param rows that it was fitted to
 * @param refused held-out shares refused, by kind: {@code harmful}, {@code look_alikes}, {@code
 *     ordinary}; only kinds with rows
 * @param auc areas under the curve of held-out harmful requests against each harmless kind
 */
public record GateFit(
    RefusalGate gate, int rows, Map<String, Rate> refused, Map<String, Double> auc) {

  /** {@return layer, threshold, rows and the held-out shares, for a report} */
  public Map<String, Object> summary() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("rows", rows);
    out.put("layer", gate.layer());
    out.put("threshold", gate.threshold());
    Map<String, Object> heldOut = new LinkedHashMap<>();
    refused.forEach(
        (kind, rate) -> {
          Map<String, Object> one = rate.fields("refused");
          if (auc.containsKey(kind)) {
            one.put("auc", auc.get(kind));
          }
          heldOut.put(kind, one);
        });
    out.put("held_out", heldOut);
    return out;
  }
}
