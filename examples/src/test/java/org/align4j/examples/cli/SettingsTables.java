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
import java.util.Set;
import java.util.TreeMap;
import org.align4j.reward.recipe.Recipe;

/** The tables of docs/settings.md, and the command lines of the trainers that they describe. */
final class SettingsTables {
  /** The trainers by their headings, with what their command lines need besides files. */
  static final Map<String, String> COMMANDS = commands();

  /** The trainers that take prompts to retain. */
  private static final Set<String> RETAINING = Set.of("sft", "dpo", "cpo", "orpo", "kto");

  private static final String ALL = "## All trainers";
  private static final String RECORDED = "## Training on recorded rows";
  private static final String ONLINE = "## Online";
  private static final String RETAINED = "## Retention";
  private static final String ENCODER = "reward --kind encoder";

  private SettingsTables() {}

  private static Map<String, String> commands() {
    Map<String, String> out = new LinkedHashMap<>();
    for (String recorded : List.of("sft", "dpo", "cpo", "orpo", "kto", "reward")) {
      out.put(recorded, recorded);
    }
    out.put("reward --kind encoder", "reward --kind encoder");
    out.put("distill", "distill --teacher smollm2");
    for (String online : List.of("ppo", "grpo", "rloo", "reinforce-pp", "online-dpo")) {
      out.put(online, online + " --reward length:3");
    }
    return out;
  }

  /** Whether a trainer samples its own completions. */
  static boolean online(String trainer) throws IOException {
    return rows(ONLINE).get(0).contains(trainer);
  }

  /** Whether the tables of all trainers and of recorded rows or online training hold for it. */
  static boolean shares(String trainer) {
    return !trainer.equals(ENCODER);
  }

  /** Every key of a trainer with its default. */
  static Map<String, String> documented(String trainer) throws IOException {
    Map<String, String> out = new TreeMap<>();
    if (shares(trainer)) {
      out.putAll(table(ALL, "default"));
      out.putAll(online(trainer) ? table(ONLINE, trainer) : table(RECORDED, "default"));
    }
    if (RETAINING.contains(trainer)) {
      out.putAll(table(RETAINED, "default"));
    }
    out.putAll(table("### " + trainer, "default"));
    out.replaceAll((key, value) -> value.startsWith("= ") ? out.get(value.substring(2)) : value);
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

  /** A trainer's recipe as the command line makes it. */
  static Recipe recipe(String trainer, Path folder) throws IOException {
    Path data = Files.writeString(folder.resolve("data.txt"), "prompt\n");
    List<String> line = new ArrayList<>(List.of("train"));
    line.addAll(List.of(COMMANDS.get(trainer).split(" ")));
    line.addAll(List.of("--data", data.toString(), "--out", folder.toString()));
    if (shares(trainer) && !online(trainer)) {
      line.addAll(List.of("--eval-data", data.toString()));
    }
    if (RETAINING.contains(trainer)) {
      line.addAll(List.of("--retain", data.toString()));
    }
    Training training =
        (Training)
            Align4j.commandLine()
                .parseArgs(line.toArray(String[]::new))
                .subcommand()
                .subcommand()
                .commandSpec()
                .userObject();
    return training.recipe();
  }
}
