package org.align4j.examples.quickstart;

import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.refusal.PromptKind;
import org.align4j.reward.report.CurveJson;

/** The JSON form of what a quickstart found. */
public final class QuickstartJson {
  private static final Map<PromptKind, String> NAMES =
      Map.of(
          PromptKind.HARMFUL, "refusal",
          PromptKind.BENIGN, "over_refusal",
          PromptKind.ORDINARY, "ordinary_refusal");

  private QuickstartJson() {}

  /**
   * {@return rates of each kind and curves before and after, the gate, and the seconds of the whole
   * run}
   *
   * @param result of a run that came to its end
   */
  public static Map<String, Object> of(Quickstart.Result result) {
    Map<String, Object> json = new LinkedHashMap<>();
    for (PromptKind kind : PromptKind.values()) {
      json.put(NAMES.get(kind) + "_before", result.before().rate(kind).fields("refused"));
      json.put(NAMES.get(kind) + "_after", result.after().rate(kind).fields("refused"));
    }
    json.put("gate", result.gate().summary());
    json.put("curve_before", CurveJson.of(result.before().curve()));
    json.put("curve_after", CurveJson.of(result.after().curve()));
    json.put("seconds", result.seconds());
    return json;
  }
}
