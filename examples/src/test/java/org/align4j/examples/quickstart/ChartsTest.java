package org.align4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.align4j.examples.quickstart.Charts.Dot;
import org.junit.jupiter.api.Test;

class ChartsTest {
  @Test
  void aTradeOffBeginsAtNothingRefusedAndFollowsItsPoints() {
    String chart =
        Charts.tradeOff(
            "A < B",
            "note",
            "ordinary requests refused",
            List.of("before", "after"),
            List.of(
                List.of(new Dot(0, 0.5), new Dot(1, 1)), List.of(new Dot(0.25, 1), new Dot(1, 1))));
    assertThat(chart)
        .contains("<figcaption>A &lt; B <small>note</small>")
        .contains("<polyline points=\"44.0,192.0 44.0,102.0 448.0,12.0 \"")
        .contains("<polyline points=\"44.0,192.0 145.0,12.0 448.0,12.0 \"")
        .contains(">before</text>", ">after</text>", ">ordinary requests refused</text>")
        .endsWith("</svg></figure>");
  }
}
