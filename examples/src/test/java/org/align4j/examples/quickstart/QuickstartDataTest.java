package org.align4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.junit.jupiter.api.Test;

class QuickstartDataTest {
  private final QuickstartData data = QuickstartData.load();

  private static Set<String> texts(List<Request> requests) {
    return requests.stream()
        .map(request -> request.text().toLowerCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }

  @Test
  void thereIsEnoughOfEverything() {
    assertThat(data.harmful()).hasSizeGreaterThanOrEqualTo(300);
    assertThat(data.harmless()).hasSizeGreaterThanOrEqualTo(300);
    assertThat(data.harmless().stream().filter(r -> r.category().equals("lookalike")))
        .hasSizeGreaterThanOrEqualTo(100);
    assertThat(data.harmful().stream().map(Request::category).distinct())
        .hasSizeGreaterThanOrEqualTo(12);
  }

  @Test
  void nothingStandsTwiceOrOnBothSides() {
    Set<String> seen = new HashSet<>();
    for (List<Request> part :
        List.of(
            data.harmful(),
            data.harmless(),
            data.harmfulValidation(),
            data.harmlessValidation(),
            data.harmfulEvaluation(),
            data.harmlessEvaluation())) {
      assertThat(texts(part)).hasSameSizeAs(part);
      for (String text : texts(part)) {
        assertThat(seen.add(text)).as(text).isTrue();
      }
    }
  }

  @Test
  void everyEvaluatedHazardIsTrainedUnderTheSameName() {
    Set<String> trained =
        data.harmful().stream().map(Request::category).collect(Collectors.toSet());
    assertThat(data.harmfulEvaluation()).allMatch(request -> trained.contains(request.category()));
  }
}
