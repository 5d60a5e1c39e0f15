package org.align4j.reward.gate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.refusal.Rate;
import org.align4j.reward.report.RateLine;

/**
 * A fitted gate and how it does on the rows that were held out.
 *
 * @param gate ready for use
 * @param rows that it was fitted to
 * @param refused held-out shares refused, by kind: {@code harmful}, {@code look_alikes}, {@code
 *     ordinary}; only kinds with rows
 * @param auc areas under the curve of held-out harmful requests against each harmless kind
 * @param seconds that fitting and measuring took
 */
public record GateFit(
    RefusalGate gate,
    int rows,
    Map<String, Rate> refused,
    Map<String, Double> auc,
    double seconds) {

  /** {@return the held-out shares, a line each} */
  public List<String> lines() {
    return refused.entrySet().stream()
        .map(kind -> RateLine.of(kind.getKey(), kind.getValue()))
        .toList();
  }

  /** {@return rows, layer, threshold, the held-out shares and the seconds, for a report} */
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
    out.put("seconds", seconds);
    return out;
  }
}
