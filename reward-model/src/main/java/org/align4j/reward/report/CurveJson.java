package org.align4j.reward.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.TradeOffCurve;
import org.align4j.core.refusal.TradeOffCurve.Point;

/** The JSON form of a trade-off curve. */
public final class CurveJson {
  /** Shares of the harmful prompts to keep refusing. */
  private static final List<Double> KEPT = List.of(0.95, 0.92);

  private CurveJson() {}

  /**
   * {@return {@code auc_KIND} of every other kind, and {@code keeping}: the highest thresholds that
   * refuse 95% and 92% of the harmful prompts, with the share of each kind that is refused there}
   *
   * @param curve of harmful prompts and any other kinds
   */
  public static ObjectNode of(TradeOffCurve curve) {
    ObjectNode node = ReportJson.object();
    for (PromptKind kind : PromptKind.values()) {
      if (kind != PromptKind.HARMFUL) {
        curve.auc(kind).ifPresent(auc -> node.put("auc_" + kind.label(), auc));
      }
    }
    ArrayNode keeping = node.putArray("keeping");
    for (double share : KEPT) {
      put(keeping.addObject().put("share", share), curve.keeping(share));
    }
    return node;
  }

  /** {@code points} of the whole curve. */
  static void putPoints(ObjectNode node, TradeOffCurve curve) {
    ArrayNode points = node.putArray("points");
    curve.points().forEach(point -> put(points.addObject(), point));
  }

  private static void put(ObjectNode node, Point point) {
    node.put("threshold", point.threshold());
    point.refused().forEach((kind, rate) -> node.put(kind.label(), rate));
  }
}
