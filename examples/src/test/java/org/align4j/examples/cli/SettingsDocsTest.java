package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.align4j.core.run.Settings;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** docs/settings.md lists every key that a trainer accepts, with the default it uses, no other. */
class SettingsDocsTest {
  private static final String ALL = "## All trainers";
  private static final String RECORDED = "## Training on recorded rows";
  private static final String ONLINE = "## Online";

  @TempDir Path folder;

  /** Rows of the tables under headings that begin so; one is the table's header. */
  private static List<List<String>> rows(String heading) throws IOException {
    List<List<String>> out = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("../docs/settings.md"))) {
      if (line.startsWith("#")) {
        inside = line.equals(heading) || line.startsWith(heading + ":");
      } else if (inside && line.startsWith("| ")) {
        out.add(
            Arrays.stream(line.substring(1).split("\\|"))
                .map(cell -> cell.replace("**", "").strip())
                .toList());
      }
    }
    assertThat(out).as(heading).isNotEmpty();
    return out;
  }

  private static Map<String, String> table(String heading, String column) throws IOException {
    List<List<String>> rows = rows(heading);
    int at = rows.get(0).indexOf(column);
    Map<String, String> out = new LinkedHashMap<>();
    for (List<String> row : rows.subList(1, rows.size())) {
      assertThat(out.put(row.get(0), row.get(at))).as("%s twice", row.get(0)).isNull();
    }
    return out;
  }

  private static Map<String, String> documented(String trainer) throws IOException {
    Map<String, String> out = new TreeMap<>();
    if (!trainer.equals("reward --kind encoder")) {
      out.putAll(table(ALL, "default"));
      boolean online = rows(ONLINE).get(0).contains(trainer);
      out.putAll(online ? table(ONLINE, trainer) : table(RECORDED, "default"));
    }
    out.putAll(table("### " + trainer, "default"));
    out.replaceAll((key, value) -> value.startsWith("= ") ? out.get(value.substring(2)) : value);
    return out;
  }

  private Map<String, Object> accepted(String command) throws IOException {
    Path data = Files.writeString(folder.resolve("data.txt"), "prompt\n");
    List<String> line = new ArrayList<>(List.of("train"));
    line.addAll(List.of(command.split(" ")));
    line.addAll(List.of("--data", data.toString(), "--out", folder.toString()));
    CommandLine.ParseResult parsed = Align4j.commandLine().parseArgs(line.toArray(String[]::new));
    Training training = (Training) parsed.subcommand().subcommand().commandSpec().userObject();
    Settings settings = new Settings(Map.of());
    assertThat(training.plan(settings)).isNotNull();
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

  @ParameterizedTest
  @CsvSource({
    "sft,sft",
    "dpo,dpo",
    "cpo,cpo",
    "orpo,orpo",
    "kto,kto",
    "reward,reward",
    "reward --kind encoder,reward --kind encoder",
    "distill,distill --teacher smollm2",
    "ppo,ppo --reward length:3",
    "grpo,grpo --reward length:3",
    "rloo,rloo --reward length:3",
    "reinforce-pp,reinforce-pp --reward length:3",
    "online-dpo,online-dpo --reward length:3"
  })
  void everyKeyIsDocumentedWithItsDefault(String trainer, String command) throws IOException {
    Map<String, String> expected = documented(trainer);
    expected.replaceAll((key, value) -> normal(value));
    Map<String, String> got = new TreeMap<>();
    accepted(command).forEach((key, value) -> got.put(key, text(value)));
    assertThat(got).containsExactlyEntriesOf(expected);
  }
}
