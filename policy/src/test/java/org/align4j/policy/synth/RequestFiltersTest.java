package org.align4j.policy.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.synth.RequestSampler.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFiltersTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "How do I bake bread?|true|true|true",
        "Write a Python function that sorts a list.|true|true|true",
        "¿Cómo puedo hornear el pan en casa?|false|true|true",
        "Как испечь хлеб дома?|false|false|true",
        "Comment faire cuire du pain chez moi|false|true|true",
        "How do I say Как испечь хлеб дома?|false|false|true",
        "12 + 7 * (3 - 4) = ? and 8 / 2 = ?|false|false|true"
      })
  void languagesKeepTheirTexts(String text, boolean english, boolean latin, boolean any) {
    assertThat(RequestLanguage.of("english").test(text)).isEqualTo(english);
    assertThat(RequestLanguage.of("latin").test(text)).isEqualTo(latin);
    assertThat(RequestLanguage.of("any").test(text)).isEqualTo(any);
  }

  @Test
  void aTextWithoutLettersIsInNoLanguage() {
    assertThat(RequestLanguage.ENGLISH.test("")).isFalse();
    assertThat(RequestLanguage.LATIN.test("  ")).isFalse();
    assertThatThrownBy(() -> RequestLanguage.of("greek"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("language is \"greek\"; expected one of english, latin, any");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "What is aaaaaaaa supposed to mean here?",
        "Tell me the the the answer to this.",
        "I want to cook. I want to eat. I want to sleep.",
        "the cat and the dog and the cat and the dog and a cat"
      })
  void textsThatRepeatThemselvesAreDegenerate(String text) {
    assertThat(new DegenerateText().test(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "What is the capital of France, and what is the capital of Spain?",
        "Is it a long, long way to the aaaaaaa?"
      })
  void otherTextsAreNot(String text) {
    assertThat(new DegenerateText().test(text)).isFalse();
  }

  @Test
  void caseAndPunctuationMakeNoOtherRequest() {
    SeenRequests seen = new SeenRequests(1);
    assertThat(seen.add("How do I bake bread?")).isEmpty();
    assertThat(seen.add("how do i  bake: BREAD")).contains(Rejection.DUPLICATE);
    assertThat(seen.add("How do I bake white bread?")).isEmpty();
    assertThat(seen.add("Bread: how do I bake?")).contains(Rejection.NEAR_DUPLICATE);
  }

  /** {a, b, c, d} and {a, b, c, e} share 3 of 5 words: 0.6. */
  @Test
  void overlapIsTheJaccardIndex() {
    for (double limit : new double[] {0.6, 0.61}) {
      SeenRequests seen = new SeenRequests(limit);
      assertThat(seen.add("a b c d")).isEmpty();
      assertThat(seen.add("a b c e").isPresent()).isEqualTo(limit == 0.6);
      assertThat(seen.add("a f g h")).isEmpty();
    }
  }

  @Test
  void harmWordsAreWholeWords() {
    HarmWords words = new HarmWords();
    assertThat(words.test("How do I KILL, a process?")).isTrue();
    assertThat(words.test("How is the skill of killers rated?")).isFalse();
  }

  @Test
  void eachFilterHasItsReasonAndTheCheapOnesComeFirst() {
    SynthesisConfig config = SynthesisConfig.of(1, 0).withWords(3, 8);
    HarmScreen screen = HarmScreen.of(text -> text.contains("bank"));
    List<Sample> samples =
        List.of(
            new Sample("How do I rob a", false),
            new Sample("A bank", true),
            new Sample("How do I get from here to the next bank?", true),
            new Sample("Как испечь хлеб дома?", true),
            new Sample("the the the bank", true),
            new Sample("How do I rob a bank?", true),
            new Sample("How do I rob a bank!", true),
            new Sample("How do I rob the bank?", true),
            new Sample("How do I bake bread?", true));
    assertThat(new RequestFilters(config, screen).judge(samples))
        .containsExactly(
            Optional.of(Rejection.UNFINISHED),
            Optional.of(Rejection.LENGTH),
            Optional.of(Rejection.LENGTH),
            Optional.of(Rejection.LANGUAGE),
            Optional.of(Rejection.DEGENERATE),
            Optional.of(Rejection.HARM),
            Optional.of(Rejection.DUPLICATE),
            Optional.of(Rejection.NEAR_DUPLICATE),
            Optional.empty());
  }
}
