package org.align4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * docs/coming-from-trl.md names every key of TRL's configuration classes, and maps them to settings
 * that docs/settings.md has.
 */
class ComingFromTrlTest {
  private static final Set<String> SHARED =
      Set.of("TrainingArguments", "Model and adapter", "Model loading and batches", "Generation");
  private static final String WITHOUT_COUNTERPART = "Trainers without a counterpart";

  private static Map<String, List<String>> sections() throws IOException {
    return MarkdownFile.read(MarkdownFile.ROOT.resolve("docs/coming-from-trl.md")).sections();
  }

  /** Keys of each configuration class, as docs/parity/trl_keys.py lists them. */
  private static Map<String, List<String>> keys(String release) throws IOException {
    Map<String, List<String>> out = new LinkedHashMap<>();
    try (InputStream in =
        ComingFromTrlTest.class.getResourceAsStream("trl-" + release + "-keys.txt")) {
      assertThat(in).as("keys of TRL %s", release).isNotNull();
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(
              line -> {
                String[] parts = line.split(": ?", 2);
                out.put(
                    parts[0], Stream.of(parts[1].split(" ")).filter(k -> !k.isEmpty()).toList());
              });
    }
    return out;
  }

  private static Set<String> codes(List<String> lines) {
    Set<String> out = new HashSet<>();
    lines.forEach(line -> out.addAll(MarkdownFile.codes(line)));
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.16.0", "0.29.0"})
  void everyKeyOfTrlIsNamed(String release) throws IOException {
    Map<String, List<String>> sections = sections();
    Set<String> shared = new HashSet<>();
    SHARED.forEach(section -> shared.addAll(codes(sections.get(section))));
    List<String> missing = new ArrayList<>();
    keys(release)
        .forEach(
            (configuration, keys) -> {
              String own =
                  sections.containsKey(configuration) ? configuration : WITHOUT_COUNTERPART;
              Set<String> named = new HashSet<>(codes(sections.get(own)));
              if (configuration.equals("ServerDistillationConfig")) {
                named.addAll(codes(sections.get("DistillationConfig")));
              }
              named.addAll(shared);
              keys.stream()
                  .filter(key -> !named.contains(key))
                  .forEach(key -> missing.add(configuration + "." + key));
            });
    assertThat(missing).as("keys of TRL %s without a row", release).isEmpty();
  }

  @Test
  void theListsHoldWhatTheyShould() throws IOException {
    assertThat(keys("1.16.0")).containsKeys("TrainingArguments", "SFTConfig", "GRPOConfig");
    assertThat(keys("1.16.0").get("DPOConfig")).contains("beta", "ld_alpha", "loss_weights");
  }

  @Test
  void everySettingThatItNamesExists() throws IOException {
    Set<String> settings = new TreeSet<>();
    MarkdownFile.read(MarkdownFile.ROOT.resolve("docs/settings.md"))
        .sections()
        .values()
        .forEach(
            lines ->
                MarkdownFile.rows(lines)
                    .forEach(row -> settings.add(row.get(0).replace("**", ""))));
    assertThat(settings).contains("learning_rate", "micro_batch_tokens");
    List<String> unknown = new ArrayList<>();
    sections()
        .forEach(
            (section, lines) -> {
              if (SHARED.contains(section) || section.endsWith("Config")) {
                MarkdownFile.rows(lines).stream()
                    .skip(1)
                    .forEach(row -> unknown.addAll(unknown(row, settings)));
              }
            });
    assertThat(unknown).as("settings that docs/settings.md does not have").isEmpty();
  }

  /** Settings in a row's second cell; "same" stands for those of the first. */
  private static List<String> unknown(List<String> row, Set<String> settings) {
    String ours = row.get(1);
    List<String> names = MarkdownFile.codes(ours.startsWith("same") ? row.get(0) : ours);
    return names.stream()
        .filter(name -> !name.startsWith("--") && !settings.contains(name))
        .toList();
  }
}
