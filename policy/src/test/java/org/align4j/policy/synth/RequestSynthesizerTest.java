package org.align4j.policy.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.synth.RequestSampler.Sample;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestSynthesizerTest {
  private static final HarmScreen NOTHING = HarmScreen.of(text -> false);

  @TempDir Path folder;

  /** Random weights write no words: only finished and different texts are asked for. */
  private static SynthesisConfig lenient(int count, long seed) {
    return SynthesisConfig.of(count, seed)
        .withSampling(new SamplingParams(40, 1, 0, 0.995, 1, seed))
        .withWords(1, 100)
        .withLanguage(RequestLanguage.ANY)
        .withOverlap(1)
        .withMaxSamples(2000);
  }

  @Test
  void requestsDependOnTheSeedAlone() throws IOException {
    try (PolicyModel model = TinyChatModel.create(folder, 3)) {
      SynthesizedRequests ten = new RequestSynthesizer(model, NOTHING, lenient(10, 5)).run();
      assertThat(ten.complete()).isTrue();
      assertThat(ten.prompts()).hasSize(10).doesNotHaveDuplicates();
      assertThat(ten.prompts()).noneMatch(text -> text.contains("<|end|>"));
      assertThat(ten.sampled())
          .isEqualTo(10 + ten.rejected().values().stream().mapToInt(i -> i).sum());
      assertThat(ten.rejected().get(Rejection.UNFINISHED)).isPositive();
      assertThat(new RequestSynthesizer(model, NOTHING, lenient(10, 5).withBatch(7)).run())
          .isEqualTo(ten);
      assertThat(new RequestSynthesizer(model, NOTHING, lenient(4, 5)).run().prompts())
          .isEqualTo(ten.prompts().subList(0, 4));
      assertThat(new RequestSynthesizer(model, NOTHING, lenient(10, 6)).run().prompts())
          .isNotEqualTo(ten.prompts());
    }
  }

  private static List<Sample> numbered(int round) {
    return IntStream.range(0, 10)
        .mapToObj(i -> new Sample("How is number " + (10 * round + i) + " written?", i % 2 == 0))
        .toList();
  }

  private static SynthesizedRequests collect(SynthesisConfig config, CancellationToken token) {
    return new RequestSynthesizer(null, HarmScreen.of(text -> text.contains(" 4 ")), config)
        .collect(
            (round, stop) -> numbered(round), Progress.SILENT.start("", 0), token::isCancelled);
  }

  @Test
  void collectingEndsWithTheLastWantedOne() {
    SynthesisConfig config = SynthesisConfig.of(6, 0).withOverlap(1);
    SynthesizedRequests found = collect(config, new CancellationToken());
    assertThat(found.complete()).isTrue();
    assertThat(found.prompts()).hasSize(6).endsWith("How is number 12 written?");
    assertThat(found.sampled()).isEqualTo(13);
    assertThat(found.summary())
        .containsEntry("sampled", 13)
        .containsEntry("kept", 6)
        .containsEntry("unfinished", 6)
        .containsEntry("harm", 1)
        .containsEntry("near_duplicate", 0);
  }

  @Test
  void itEndsWithWhatThereIsWhenSamplesAreUsedUpOrItIsCancelled() {
    SynthesisConfig config = SynthesisConfig.of(6, 0).withOverlap(1).withMaxSamples(7);
    SynthesizedRequests few = collect(config, new CancellationToken());
    assertThat(few.complete()).isFalse();
    assertThat(few.sampled()).isEqualTo(7);
    assertThat(few.prompts()).hasSize(3);
    int[] asked = new int[1];
    CancellationToken afterOneRound = CancellationToken.when(() -> ++asked[0] > 1);
    SynthesizedRequests one = collect(SynthesisConfig.of(6, 0).withOverlap(1), afterOneRound);
    assertThat(one.complete()).isFalse();
    assertThat(one.sampled()).isEqualTo(10);
  }

  @Test
  void cancellingStopsTheModelBetweenTokens() throws IOException {
    try (PolicyModel model = TinyChatModel.create(folder, 3)) {
      int[] asked = new int[1];
      CancellationToken soon = CancellationToken.when(() -> ++asked[0] > 5);
      SynthesizedRequests found =
          new RequestSynthesizer(model, NOTHING, lenient(1000, 5)).run(Progress.SILENT, soon);
      assertThat(found.complete()).isFalse();
      assertThat(found.sampled()).isLessThan(RequestSampler.ROUND);
    }
  }

  @Test
  void everyNumberHasALine() {
    SynthesizedRequests found =
        new SynthesizedRequests(List.of("a", "b"), 12, Map.of(Rejection.HARM, 10), true);
    assertThat(found.lines())
        .containsExactly(
            "sampled             12", "kept                 2", "harm                10");
  }

  @Test
  void rowsAreWrittenAsJson() throws IOException {
    Path file = folder.resolve("out.jsonl");
    SynthesisConfig config = SynthesisConfig.of(2, 0).withOverlap(1);
    collect(config, new CancellationToken()).write(file);
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "{\"prompt\":\"How is number 0 written?\"}",
            "{\"prompt\":\"How is number 2 written?\"}");
  }

  @Test
  void aModelWithoutTemplateIsAClearError() throws IOException {
    TinyChatModel.create(folder, 3).close();
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(config, "{\"eos_token\":\"<|end|>\"}");
    try (PolicyModel model = PolicyModel.load(folder)) {
      RequestSynthesizer synthesizer = new RequestSynthesizer(model, NOTHING, lenient(1, 1));
      assertThatThrownBy(synthesizer::run)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("the model has no chat template");
    }
    Files.writeString(
        config,
        "{\"eos_token\":\"<|end|>\",\"chat_template\":\"{% for m in messages %}[{{ m['role'] }}] "
            + "{{ m['content'] }} [done]{% endfor %}\"}");
    try (PolicyModel model = PolicyModel.load(folder)) {
      RequestSynthesizer synthesizer = new RequestSynthesizer(model, NOTHING, lenient(1, 1));
      assertThatThrownBy(synthesizer::run)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("ends a user's turn with no special token");
    }
  }

  @Test
  void settingsOutOfRangeNameThemselves() {
    SynthesisConfig config = SynthesisConfig.of(5, 0);
    assertThatThrownBy(() -> SynthesisConfig.of(0, 0)).hasMessageContaining("at least 1, got 0");
    assertThatThrownBy(() -> config.withSampling(SamplingParams.greedy(5)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("temperature must be positive");
    assertThatThrownBy(() -> config.withWords(5, 4)).hasMessageContaining("at least min_words, 5");
    assertThatThrownBy(() -> config.withOverlap(0)).hasMessageContaining("overlap");
    assertThatThrownBy(() -> config.withBatch(0)).hasMessageContaining("batch");
    assertThatThrownBy(() -> config.withMaxSamples(4)).hasMessageContaining("at least 5, got 4");
  }
}
