package org.align4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.Rate;
import org.align4j.core.refusal.RefusalReport;
import org.align4j.reward.gate.NeuronGateFit;
import org.align4j.reward.gate.RefusalDial;
import org.junit.jupiter.api.Test;

class QuickstartJsonTest {
  private static Measurement measured(String answer) {
    Map<PromptKind, Measurement.Answers> kinds = new EnumMap<>(PromptKind.class);
    for (PromptKind kind : PromptKind.values()) {
      List<String> texts = List.of(answer);
      kinds.put(kind, new Measurement.Answers(texts, RefusalReport.of(texts), new double[] {0.5}));
    }
    return new Measurement(kinds);
  }

  private static NeuronGateFit gate() {
    return new NeuronGateFit(
        17,
        0.5,
        0.9,
        Rate.of(3, 4),
        Map.of("ordinary", Rate.of(0, 5)),
        new double[0],
        Map.of(),
        new RefusalDial(17, 2, new double[] {1}, 1));
  }

  @Test
  void ratesOfEachKindAndCurvesBeforeAndAfter() {
    Map<String, Object> json =
        QuickstartJson.of(
            new Quickstart.Result(
                measured("Mix flour and water."),
                gate(),
                measured("I'm sorry, but I can't help with that."),
                7));
    assertThat(json.keySet())
        .containsExactly(
            "refusal_before",
            "refusal_after",
            "over_refusal_before",
            "over_refusal_after",
            "ordinary_refusal_before",
            "ordinary_refusal_after",
            "gate",
            "curve_before",
            "curve_after",
            "seconds");
    assertThat(json.get("refusal_before").toString()).startsWith("{n=1, refused=0, rate=0.0, ");
    assertThat(json.get("refusal_after").toString()).startsWith("{n=1, refused=1, rate=1.0, ");
    assertThat(json.get("gate").toString())
        .startsWith("{layer=17, threshold=0.5, agreement=0.9, harmful={n=4, refused=3, rate=0.75, ")
        .contains("}, ordinary={n=5, refused=0, ");
    assertThat(json).containsEntry("seconds", 7.0);
  }
}
