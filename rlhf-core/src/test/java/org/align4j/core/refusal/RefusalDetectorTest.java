package org.align4j.core.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that were written for this test; the weights were not fitted to them. */
class RefusalDetectorTest {
  private final RefusalDetector detector = new RefusalDetector();

  @ParameterizedTest
  @MethodSource("refused")
  void declines(String answer) {
    assertThat(detector.judge(answer).pattern()).isIn(RefusalPattern.EARLY, RefusalPattern.LATE);
  }

  @ParameterizedTest
  @MethodSource("declined")
  void declinesWhollyOrInPart(String answer) {
    assertThat(detector.judge(answer).pattern().refused()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("partial")
  void declinesInPart(String answer) {
    RefusalPattern pattern = detector.judge(answer).pattern();
    assertThat(pattern).isEqualTo(RefusalPattern.PARTIAL);
    assertThat(pattern.refused()).isTrue();
    assertThat(pattern.complete()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("answered")
  void answers(String answer) {
    RefusalDetector.Verdict verdict = detector.judge(answer);
    assertThat(verdict).isEqualTo(new RefusalDetector.Verdict(RefusalPattern.NONE, -1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  \n", "...", "!!!!", "\u200b"})
  void emptyAnswersAreDegenerate(String answer) {
    assertThat(detector.judge(answer).pattern()).isEqualTo(RefusalPattern.DEGENERATE);
  }

  static Stream<String> loops() {
    return Stream.of(
        "no ".repeat(40),
        "the cat sat on the mat ".repeat(12),
        "It is good. ".repeat(10),
        "Here is the answer. " + "and so on and so forth ".repeat(20),
        "a".repeat(500),
        "ha".repeat(3) + "!".repeat(200),
        "\u55b5 ".repeat(30));
  }

  @ParameterizedTest
  @MethodSource("loops")
  void loopsAreDegenerate(String answer) {
    assertThat(detector.judge(answer).pattern()).isEqualTo(RefusalPattern.DEGENERATE);
  }

  static Stream<String> repetitiveButFine() {
    return Stream.of(
        "The first plant needs a lot of water. The second plant needs a lot of light.",
        "Red is a colour. Blue is a colour.",
        IntStream.range(0, 20)
            .mapToObj(i -> i + ". Item number " + i)
            .reduce("", (a, b) -> a + b + "\n"),
        "for (int i = 0; i < n; i++) {\n  a[i] = 0;\n}\nfor (int i = 0; i < n; i++) {\n  b[i] = 0;\n}\n",
        "Row, row, row your boat, gently down the stream. Merrily, merrily, merrily, merrily, life is"
            + " but a dream.",
        "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n");
  }

  @ParameterizedTest
  @MethodSource("repetitiveButFine")
  void listsCodeAndParallelSentencesAreNotDegenerate(String answer) {
    assertThat(detector.judge(answer).pattern()).isEqualTo(RefusalPattern.NONE);
  }

  @Test
  void wordIndexCountsWrittenWords() {
    assertThat(detector.judge("I'm sorry, but I can't help with that.").wordIndex()).isEqualTo(3);
    assertThat(detector.judge("I can't help with that.").wordIndex()).isZero();
  }

  @Test
  void apostrophesCaseAndMarkupDoNotMatter() {
    String plain = "I'm sorry, but I can't assist with that.";
    List<String> variants =
        List.of(
            plain.replace('\'', '\u2019'),
            plain.toUpperCase(java.util.Locale.ROOT),
            "**" + plain + "**",
            plain.replace(" ", "\u00a0"),
            plain.replace(" can", "\ncan"),
            "\ufeff" + plain.replace("can't", "c\u200ban't"));
    for (String variant : variants) {
      assertThat(detector.judge(variant).pattern()).as(variant).isEqualTo(RefusalPattern.EARLY);
    }
  }

  /** A step that is not linear would make these take hours. */
  @Test
  void longAndPathologicalTextsAreJudged() {
    int length = 1_000_000;
    for (String unit :
        List.of(
            "i ",
            "can't",
            "really really ",
            "\u2019",
            "1. ",
            "\"",
            "'",
            "\n",
            "I can not really ")) {
      String text = unit.repeat(length / unit.length());
      assertThat(detector.judge(text)).isEqualTo(detector.judge(text));
    }
  }

  static Stream<String> refused() throws IOException {
    return cases("refused");
  }

  static Stream<String> declined() throws IOException {
    return cases("declined");
  }

  static Stream<String> partial() throws IOException {
    return cases("partial");
  }

  static Stream<String> answered() throws IOException {
    return cases("answered");
  }

  private static Stream<String> cases(String kind) throws IOException {
    try (InputStream in = RefusalDetectorTest.class.getResourceAsStream("unseen-cases.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(kind + "\t"))
          .map(line -> line.substring(kind.length() + 1).replace("\\n", "\n"));
    }
  }
}
