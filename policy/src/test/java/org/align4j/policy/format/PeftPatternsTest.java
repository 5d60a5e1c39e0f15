package org.align4j.policy.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.tck.RandomWeights;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PEFT's {@code rank_pattern} and {@code alpha_pattern} in a file. */
class PeftPatternsTest {
  private static final TokenBatch BATCH =
      TokenBatch.of(List.of(PromptCompletions.sequence(new int[] {1, 2, 3, 4, 5})));
  private static final LoraConfig PATTERNED =
      LoraConfig.allLinear(2, 4)
          .withRank("q_proj", 3)
          .withRank("layers.1.self_attn.q_proj", 5)
          .withAlpha(".*\\.mlp\\.(up|down)_proj", 7.5);

  @TempDir Path folder;

  private static DecoderTransformer base() {
    return TinyModels.create(Backends.defaultBackend(), 4);
  }

  private DecoderTransformer written(LoraConfig lora) throws IOException {
    DecoderTransformer model = base();
    model.addAdapter(lora, 1);
    RandomWeights.fill(model.parameters(), 8);
    PeftAdapters.write(model, "tiny", folder);
    return model;
  }

  private Path file() {
    return folder.resolve("adapter_config.json");
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(file().toFile());
  }

  @Test
  void patternsComeBackAsTheyWere() throws IOException {
    DecoderTransformer model = written(PATTERNED);
    DecoderTransformer other = base();
    PeftAdapters.load(other, folder);
    assertThat(other.lora()).isEqualTo(PATTERNED);
    assertThat(other.lora().rankPattern())
        .as("in order")
        .containsExactly(entry("layers.1.self_attn.q_proj", 5), entry("q_proj", 3));
    assertThat(other.forward(BATCH, Mode.EVALUATE).logProbs())
        .containsExactly(model.forward(BATCH, Mode.EVALUATE).logProbs());
  }

  @Test
  void aShareIsOneOfEveryAlpha() throws IOException {
    written(PATTERNED);
    DecoderTransformer other = base();
    PeftAdapters.load(other, folder, 0.5);
    assertThat(other.lora()).isEqualTo(PATTERNED.scaled(0.5));
    assertThat(other.lora().alpha("model.layers.0.mlp.up_proj")).isEqualTo(3.75);
  }

  @Test
  void trainingGoesOnFromAPatternedAdapter() throws IOException {
    double[] stored = written(PATTERNED).forward(BATCH, Mode.EVALUATE).logProbs();
    DecoderTransformer other = base();
    PeftAdapters.resume(other, folder, false);
    assertThat(other.forward(BATCH, Mode.TRAIN).logProbs()).containsExactly(stored);
    assertThat(other.forward(BATCH, Mode.REFERENCE).logProbs()).containsExactly(stored);
  }

  /** PEFT writes empty objects, not null. */
  @Test
  void withoutPatternsTheObjectsAreEmpty() throws IOException {
    written(LoraConfig.allLinear(2, 4));
    for (String field : List.of("rank_pattern", "alpha_pattern")) {
      assertThat(json().get(field).isObject()).as(field).isTrue();
      assertThat(json().get(field)).as(field).isEmpty();
    }
  }

  @Test
  void patternsAreObjectsOfNumbers() throws IOException {
    written(PATTERNED);
    assertThat(json().get("rank_pattern"))
        .hasToString("{\"layers.1.self_attn.q_proj\":5,\"q_proj\":3}");
    assertThat(json().get("alpha_pattern").get(".*\\.mlp\\.(up|down)_proj").asDouble())
        .isEqualTo(7.5);
  }

  private void config(String patterns) throws IOException {
    Files.writeString(
        file(),
        "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,\"target_modules\":[\"q_proj\"],"
            + patterns.replace('\'', '"')
            + "}");
  }

  @Test
  void nullIsNoPattern() throws IOException {
    written(LoraConfig.allLinear(2, 4));
    Files.writeString(file(), json().toString().replace("_pattern\":{}", "_pattern\":null"));
    DecoderTransformer other = base();
    PeftAdapters.load(other, folder);
    assertThat(other.lora()).isEqualTo(LoraConfig.allLinear(2, 4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'rank_pattern':[3] | : field \"rank_pattern\" is an array; expected an object",
        "'alpha_pattern':3 | : field \"alpha_pattern\" is 3; expected an object",
        "'rank_pattern':{'q_proj':'3'} | : rank_pattern: field \"q_proj\" is \"3\"; expected an integer",
        "'rank_pattern':{'q_proj':3.5} | : rank_pattern: field \"q_proj\" is 3.5; expected an integer",
        "'rank_pattern':{'q_proj':null} | : rank_pattern: field \"q_proj\" is null; expected an integer",
        "'alpha_pattern':{'q_proj':true} | : alpha_pattern: field \"q_proj\" is true; expected a number",
        "'alpha_pattern':{'q_proj':1e999} | : alpha_pattern: \"q_proj\" is Infinity; expected a finite",
        "'rank_pattern':{'q_proj':0} | : rank_pattern: \"q_proj\" is 0; expected at least 1",
        "'rank_pattern':{'q_[proj':3} | : rank_pattern: \"q_[proj\" is not a regular expression: Unclosed",
        "'rank_pattern':{'(.*)(.*)(.*)(.*)(.*)!':3} | : the pattern \"(.*)(.*)(.*)(.*)(.*)!\" takes too"
            + " long to compare with",
      })
  void wrongPatternsNameFileAndField(String patterns, String message) throws IOException {
    config(patterns);
    DecoderTransformer model = base();
    assertThatThrownBy(() -> PeftAdapters.load(model, folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(file() + message);
    assertThat(model.lora()).isNull();
  }

  /** PEFT sorts keys when it saves, so one that matches more may come to stand first. */
  @Test
  void aRankThatIsNotTheTensorsNamesTheTensor() throws IOException {
    written(PATTERNED);
    Files.writeString(
        file(),
        json()
            .toString()
            .replaceFirst("(\"layers.1.self_attn.q_proj\":5),(\"q_proj\":3)", "$2,$1"));
    assertThatThrownBy(() -> PeftAdapters.load(base(), folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("model.layers.1.self_attn.q_proj.lora_A.weight")
        .hasMessageContaining("[5, 16]; the configuration says [3, 16]");
  }
}
