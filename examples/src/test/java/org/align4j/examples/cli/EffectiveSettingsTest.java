package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.Settings;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a setting does: every key of docs/settings.md has a case, for every trainer, that tells
 * which values of the planned training it changes and to what (effective-settings.md).
 */
class EffectiveSettingsTest {
  private static final String REFUSED = "refused: ";

  private final Map<List<Object>, Map<String, String>> plans = new HashMap<>();

  @TempDir Path folder;

  /** A row of the table. */
  private record Case(
      List<String> trainers, Map<String, String> beside, String set, String planned) {
    static Case of(String line) {
      String[] cells = line.substring(1).split("\\|");
      assertThat(cells).as(line).hasSize(4);
      return new Case(
          List.of(cells[0].strip().split(", ")),
          assignment(cells[1].strip()),
          cells[2].strip(),
          cells[3].strip());
    }

    private static Map<String, String> assignment(String text) {
      Map<String, String> out = new LinkedHashMap<>();
      if (!text.isEmpty()) {
        out.put(text.substring(0, text.indexOf('=')), text.substring(text.indexOf('=') + 1));
      }
      return out;
    }

    String key() {
      return set.substring(0, set.indexOf('='));
    }

    boolean appliesTo(String trainer) throws IOException {
      return trainers.contains(trainer)
          || (SettingsTables.shares(trainer)
              && (trainers.contains("*")
                  || trainers.contains(SettingsTables.online(trainer) ? "online" : "recorded")));
    }
  }

  private static List<Case> cases() throws IOException {
    try (InputStream table =
        EffectiveSettingsTest.class.getResourceAsStream("/effective-settings.md")) {
      return new String(table.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith("| "))
          .skip(1)
          .map(Case::of)
          .toList();
    }
  }

  static Stream<String> trainers() {
    return SettingsTables.COMMANDS.keySet().stream();
  }

  private Map<String, String> plan(String trainer, Map<String, String> values) throws IOException {
    Settings settings = new Settings(values);
    Object plan = SettingsTables.recipe(trainer, folder).plan(settings);
    settings.rejectUnknown();
    return PlannedValues.of(plan);
  }

  /** What is planned without the setting of a case; many cases share it. */
  private Map<String, String> before(String trainer, Map<String, String> beside)
      throws IOException {
    List<Object> key = List.of(trainer, beside);
    Map<String, String> known = plans.get(key);
    if (known == null) {
      known = plan(trainer, beside);
      plans.put(key, known);
    }
    return known;
  }

  private void check(String trainer, Case one) throws IOException {
    Map<String, String> with = new LinkedHashMap<>(one.beside());
    with.putAll(Case.assignment(one.set()));
    if (one.planned().startsWith(REFUSED)) {
      assertThatThrownBy(() -> plan(trainer, with))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(one.planned().substring(REFUSED.length()));
      return;
    }
    Set<String> changed = PlannedValues.changed(before(trainer, one.beside()), plan(trainer, with));
    assertThat(changed)
        .as("%s with %s: %s", trainer, one.beside(), one.set())
        .isEqualTo(new TreeSet<>(Arrays.asList(one.planned().split("; "))));
  }

  @TestFactory
  Stream<DynamicTest> everySettingChangesWhatIsPlanned() throws IOException {
    List<DynamicTest> out = new ArrayList<>();
    for (Case one : cases()) {
      for (String trainer : trainers().toList()) {
        if (one.appliesTo(trainer)) {
          out.add(DynamicTest.dynamicTest(trainer + ": " + one.set(), () -> check(trainer, one)));
        }
      }
    }
    return out.stream();
  }

  @ParameterizedTest
  @MethodSource("trainers")
  void everyKeyHasACase(String trainer) throws IOException {
    Set<String> missing = new TreeSet<>(SettingsTables.documented(trainer).keySet());
    for (Case one : cases()) {
      if (one.appliesTo(trainer)) {
        missing.remove(one.key());
      }
    }
    assertThat(missing).isEmpty();
  }
}
