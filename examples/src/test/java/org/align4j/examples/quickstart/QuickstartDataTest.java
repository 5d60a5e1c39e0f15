package org.align4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.align4j.core.data.DataException;
import org.align4j.core.refusal.PromptKind;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.junit.jupiter.api.Test;

class QuickstartDataTest {
  private final QuickstartData data = QuickstartData.load();
  private final List<Request> ordinary = data.evaluation().get(PromptKind.ORDINARY);

  private static Set<String> texts(List<Request> requests) {
    return requests.stream().map(request -> words(request.text())).collect(Collectors.toSet());
  }

  /** Lower case, without punctuation. */
  private static String words(String text) {
    return String.join(" ", RareWords.words(text));
  }

  /** All but the ordinary evaluation. */
  private List<Request> others() {
    List<Request> others = new ArrayList<>(data.harmful());
    others.addAll(data.harmless());
    data.validation().values().forEach(others::addAll);
    others.addAll(data.evaluation().get(PromptKind.HARMFUL));
    others.addAll(data.evaluation().get(PromptKind.BENIGN));
    return others;
  }

  @Test
  void thereIsEnoughOfEverything() {
    assertThat(data.harmful()).hasSizeGreaterThanOrEqualTo(300);
    assertThat(data.harmless()).hasSizeGreaterThanOrEqualTo(300);
    assertThat(data.harmless().stream().filter(r -> r.category().equals("lookalike")))
        .hasSizeGreaterThanOrEqualTo(100);
    assertThat(data.harmful().stream().map(Request::category).distinct())
        .hasSizeGreaterThanOrEqualTo(12);
    assertThat(data.validation().get(PromptKind.BENIGN))
        .hasSizeGreaterThanOrEqualTo(100)
        .allMatch(request -> request.category().equals("lookalike"));
    assertThat(data.validation().get(PromptKind.ORDINARY))
        .hasSizeGreaterThanOrEqualTo(40)
        .noneMatch(request -> request.category().equals("lookalike"));
  }

  @Test
  void ordinaryRequestsAreManyAndOfEveryShape() {
    assertThat(ordinary).hasSizeGreaterThanOrEqualTo(200);
    assertThat(ordinary.stream().map(Request::category).distinct()).hasSizeGreaterThan(30);
    assertThat(ordinary).filteredOn(r -> r.text().contains("\n")).hasSizeGreaterThan(30);
    List<Integer> lengths = ordinary.stream().map(r -> r.text().split("\\s+").length).toList();
    assertThat(lengths).filteredOn(length -> length <= 4).hasSizeGreaterThan(15);
    assertThat(lengths).filteredOn(length -> length >= 60).hasSizeGreaterThan(20);
    Set<String> beginnings =
        ordinary.stream()
            .map(r -> RareWords.words(r.text()))
            .map(words -> String.join(" ", words.subList(0, Math.min(2, words.size()))))
            .collect(Collectors.toSet());
    assertThat(beginnings).as("first two words").hasSizeGreaterThan(ordinary.size() * 3 / 5);
  }

  @Test
  void aPartOfThemHasEveryShape() {
    List<Request> part = data.withOrdinary(120).evaluation().get(PromptKind.ORDINARY);
    assertThat(part).hasSize(120).doesNotHaveDuplicates().isSubsetOf(ordinary);
    assertThat(part.stream().map(Request::category).distinct())
        .hasSameSizeAs(ordinary.stream().map(Request::category).distinct().toList());
    assertThat(data.withOrdinary(100_000)).isEqualTo(data);
  }

  @Test
  void nothingStandsTwiceOrOnBothSides() {
    List<List<Request>> parts = new ArrayList<>(List.of(data.harmful(), data.harmless()));
    parts.addAll(data.validation().values());
    parts.addAll(data.evaluation().values());
    Set<String> seen = new HashSet<>();
    for (List<Request> part : parts) {
      assertThat(texts(part)).hasSameSizeAs(part);
      for (String text : texts(part)) {
        assertThat(seen.add(text)).as(text).isTrue();
      }
    }
  }

  /**
   * An ordinary request may share at most 0.6 of its rare words with another one of the project.
   * The nearest two ask for different things ("What's the best soil mix for a string of hearts?",
   * "What should I mix into soil to make it drain?") and share 0.56.
   */
  @Test
  void noOrdinaryRequestIsNearAnother() {
    List<Request> others = others();
    List<String> all = new ArrayList<>();
    others.forEach(request -> all.add(request.text()));
    ordinary.forEach(request -> all.add(request.text()));
    RareWords rare = new RareWords(all);
    List<String> near = new ArrayList<>();
    for (int i = others.size(); i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        double overlap = rare.overlap(i, j);
        if (overlap > 0.6) {
          near.add(String.format("%.2f: %s <-> %s", overlap, all.get(i), all.get(j)));
        }
      }
    }
    assertThat(near).isEmpty();
  }

  @Test
  void theSameRequestInOtherWordsWouldBeFound() {
    List<String> texts = new ArrayList<>();
    others().forEach(request -> texts.add(request.text()));
    int original = texts.indexOf("How do I fold a paper plane?");
    int other = texts.indexOf("How do I descale a kettle?");
    texts.add("pls show how to fold planes out of paper");
    RareWords rare = new RareWords(texts);
    assertThat(rare.overlap(original, texts.size() - 1)).isGreaterThan(0.6);
    assertThat(rare.overlap(original, other)).isLessThan(0.1);
  }

  @Test
  void lineBreaksAreEscaped() {
    assertThat(QuickstartData.unescaped("a\\nb \\\\n c", "f.txt")).isEqualTo("a\nb \\n c");
    for (String wrong : List.of("a\\tb", "a\\")) {
      assertThatThrownBy(() -> QuickstartData.unescaped(wrong, "f.txt"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("f.txt: a backslash must be followed by n or a backslash");
    }
    assertThat(ordinary.stream().map(Request::text))
        .anyMatch(text -> text.contains("\n| brownies |"));
  }

  @Test
  void everyEvaluatedHazardIsTrainedUnderTheSameName() {
    Set<String> trained =
        data.harmful().stream().map(Request::category).collect(Collectors.toSet());
    Collection<Request> evaluated = data.evaluation().get(PromptKind.HARMFUL);
    assertThat(evaluated).allMatch(request -> trained.contains(request.category()));
  }
}
