package org.align4j.policy.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraConfigTest {
  private static final String QUERY = "model.layers.17.self_attn.q_proj";
  private static final LoraConfig LORA = LoraConfig.allLinear(8, 16);

  /** What PEFT's get_pattern_key says of these keys. */
  @ParameterizedTest
  @CsvSource({
    "q_proj, true",
    "self_attn.q_proj, true",
    "layers.17.self_attn.q_proj, true",
    "model.layers.17.self_attn.q_proj, true",
    "^model.layers.17.self_attn.q_proj, true",
    "^layers.17.self_attn.q_proj, false",
    "proj, false",
    "_proj, false",
    "7.self_attn.q_proj, false",
    "layers.1.self_attn.q_proj, false",
    "layers.17, false",
    "layers.17.*, true",
    ".*_proj, true",
    ".*, true",
    "'layers\\.(16|17)\\.self_attn\\.[qk]_proj', true",
    "'layers\\.(16|18)\\..*', false",
    "k_proj|q_proj, true",
    "(.)_proj.*, true",
    "'', false",
  })
  void aKeyMatchesWhatFollowsADotOfTheName(String key, boolean matches) {
    assertThat(LORA.withRank(key, 64).rank(QUERY)).isEqualTo(matches ? 64 : 8);
    assertThat(LORA.withAlpha(key, 5).alpha(QUERY)).isEqualTo(matches ? 5 : 16);
  }

  @Test
  void modulesThatNoKeyMatchesHaveTheDefaults() {
    LoraConfig lora = LORA.withRank("layers.17.self_attn.q_proj", 64).withAlpha("q_proj", 32);
    assertThat(lora.rank("model.layers.16.self_attn.q_proj")).isEqualTo(8);
    assertThat(lora.alpha("model.layers.16.self_attn.q_proj")).isEqualTo(32);
    assertThat(lora.alpha("model.layers.17.self_attn.k_proj")).isEqualTo(16);
    assertThat(lora.rank()).isEqualTo(8);
    assertThat(lora.alpha()).isEqualTo(16);
  }

  /** PEFT divides a module's alpha by the module's own rank or by its root. */
  @Test
  void aScaleIsThatOfTheModulesOwnRankAndAlpha() {
    assertThat(LORA.scale(QUERY)).isEqualTo(2);
    assertThat(LORA.withRank("q_proj", 64).scale(QUERY)).isEqualTo(0.25f);
    assertThat(LORA.withRank("q_proj", 64).withAlpha("q_proj", 32).scale(QUERY)).isEqualTo(0.5f);
    LoraConfig stabilized = new LoraConfig(4, 6, 0, LORA.targets(), true);
    assertThat(stabilized.scale(QUERY)).isEqualTo(3);
    assertThat(stabilized.withRank("q_proj", 9).scale(QUERY)).isEqualTo(2);
    assertThat(stabilized.withRank("q_proj", 9).scale("model.layers.0.mlp.up_proj")).isEqualTo(3);
  }

  @Test
  void theFirstKeyThatMatchesCounts() {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    ranks.put("layers.17.*", 3);
    ranks.put("q_proj", 4);
    ranks.put(".*", 5);
    LoraConfig lora =
        new LoraConfig(8, 16, 0, LORA.targets(), false, 0, ranks, Map.of("v_proj", 2.0));
    assertThat(lora.rank(QUERY)).isEqualTo(3);
    assertThat(lora.rank("model.layers.16.self_attn.q_proj")).isEqualTo(4);
    assertThat(lora.rank("model.layers.16.self_attn.v_proj")).isEqualTo(5);
    assertThat(lora.alpha("model.layers.16.self_attn.v_proj")).isEqualTo(2);
    ranks.clear();
    assertThat(lora.rankPattern()).as("a copy").hasSize(3);
    assertThatThrownBy(() -> lora.rankPattern().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void whatIsSaidLastComesFirst() {
    LoraConfig lora =
        LORA.withRank("q_proj", 4)
            .withRank("layers.17.*", 3)
            .withAlpha("q_proj", 6)
            .withAlpha(".*", 5);
    assertThat(lora.rankPattern()).containsExactly(entry("layers.17.*", 3), entry("q_proj", 4));
    assertThat(lora.rank(QUERY)).isEqualTo(3);
    assertThat(lora.alpha(QUERY)).isEqualTo(5);
    assertThat(lora.withRank("q_proj", 9).rankPattern())
        .containsExactly(entry("q_proj", 9), entry("layers.17.*", 3));
  }

  @Test
  void otherConfigurationsKeepThePatterns() {
    LoraConfig lora = LORA.withRank("q_proj", 4).withAlpha("q_proj", 6);
    List<LoraConfig> others =
        List.of(
            lora.fromLayer(1), lora.withDropout(0.1), lora.with(new Settings(Map.of("lora_r", 2))));
    assertThat(others)
        .allSatisfy(
            other -> {
              assertThat(other.rank(QUERY)).isEqualTo(4);
              assertThat(other.alpha(QUERY)).isEqualTo(6);
            });
    LoraConfig share = lora.scaled(0.5);
    assertThat(share.rankPattern()).isEqualTo(lora.rankPattern());
    assertThat(share.alpha()).isEqualTo(8);
    assertThat(share.alpha(QUERY)).isEqualTo(3);
  }

  @Test
  void keysWithoutAModuleAreNamed() {
    LoraConfig lora =
        LORA.withRank("q_proj", 4).withRank("qproj", 4).withAlpha("v_proj", 1).withAlpha(".*", 1);
    assertThat(lora.idleKeys(List.of(QUERY))).containsExactly("qproj", "v_proj");
    assertThat(LORA.idleKeys(List.of(QUERY))).isEmpty();
  }

  @Test
  void wrongPatternsAreNamed() {
    assertThatThrownBy(() -> LORA.withRank("q_proj", 0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("rank_pattern: \"q_proj\" is 0; expected at least 1");
    assertThatThrownBy(() -> LORA.withAlpha("q_proj", Double.NaN))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("alpha_pattern: \"q_proj\" is NaN; expected a finite number");
    assertThatThrownBy(() -> LORA.withAlpha("layers.(17", 1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("alpha_pattern: \"layers.(17\" is not a regular expression: Unclosed group");
  }

  /** A key may come from a file of somebody else's. */
  @Test
  void aKeyThatBacktracksForEverIsRefused() {
    String key = "(.*)(.*)(.*)(.*)(.*)(.*)!";
    LoraConfig lora = LORA.withRank(key, 4);
    assertThatThrownBy(() -> lora.rank(QUERY))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the pattern \"%s\" takes too long to compare with \"%s\"".formatted(key, QUERY));
  }

  /** The longest ones that are not refused leave enough of the stack. */
  @ParameterizedTest
  @CsvSource({"a?, 1000", "(.), 666"})
  void aKeyThatIsTooLongIsRefused(String part, int most) {
    assertThat(LORA.withRank(part.repeat(most), 4).rank(QUERY)).isEqualTo(8);
    assertThat(LORA.withRank("(".repeat(900) + ".*" + ")".repeat(900), 4).rank(QUERY)).isEqualTo(4);
    assertThatThrownBy(() -> LORA.withRank(part.repeat(most + 1), 4))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageMatching("rank_pattern: a key has 200[12] characters; expected at most 2000");
  }
}
