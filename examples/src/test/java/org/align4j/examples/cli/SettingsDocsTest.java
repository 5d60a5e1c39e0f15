package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.align4j.core.run.Settings;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/settings.md lists every key that a trainer accepts, with the default it uses, no other. */
class SettingsDocsTest {
  @TempDir Path folder;

  private Map<String, Object> accepted(String trainer) throws IOException {
    Settings settings = new Settings(Map.of());
    assertThat(SettingsTables.recipe(trainer, folder).plan(settings)).isNotNull();
    return settings.defaults();
  }

  private static String text(Object value) {
    if (value instanceof List<?> list) {
      return list.isEmpty()
          ? "empty"
          : String.join(", ", list.stream().map(String::valueOf).toList());
    }
    if (value instanceof Number number) {
      return String.valueOf(number.doubleValue());
    }
    return value.toString().isEmpty() ? "empty" : value.toString();
  }

  private static String normal(String documented) {
    try {
      return String.valueOf(Double.parseDouble(documented));
    } catch (NumberFormatException e) {
      return documented;
    }
  }

  static Stream<String> trainers() {
    return SettingsTables.COMMANDS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("trainers")
  void everyKeyIsDocumentedWithItsDefault(String trainer) throws IOException {
    Map<String, String> expected = SettingsTables.documented(trainer);
    expected.replaceAll((key, value) -> normal(value));
    Map<String, String> got = new TreeMap<>();
    accepted(trainer).forEach((key, value) -> got.put(key, text(value)));
    assertThat(got).containsExactlyEntriesOf(expected);
  }
}
