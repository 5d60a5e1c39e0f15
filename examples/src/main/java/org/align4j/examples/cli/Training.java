package org.align4j.examples.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.run.Settings;
import org.align4j.examples.terminal.Bars;
import org.align4j.examples.terminal.Interrupt;
import org.align4j.reward.recipe.Outcome;
import org.align4j.reward.recipe.Recipe;
import org.align4j.reward.recipe.RunFolder;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * A training command: reads every setting first, so that wrong ones cost no time, then runs. Keys
 * and defaults of settings are TRL's.
 */
abstract class Training extends ModelCommand {
  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Option(names = "--config", description = "YAML file of settings.")
  ExistingPath config;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "Overrides one setting; repeatable.")
  List<String> overrides = new ArrayList<>();

  @Option(names = "--resume", description = "Go on from the last checkpoint in the output folder.")
  boolean resume;

  /** What the command trains, with the files that its options name. */
  abstract Recipe recipe();

  /** The adapter that training goes on from. */
  final Optional<Path> adapter() {
    return Optional.ofNullable(adapter).map(ExistingPath::path);
  }

  @Override
  public final Integer call() throws IOException {
    refuse(List.of("--refusal-scale"), "has no effect in training, only on answers");
    Settings settings = new Settings(config == null ? Map.of() : readConfig());
    Recipe.Plan plan =
        checked(
            () -> {
              overrides.forEach(settings::override);
              Recipe.Plan planned = recipe().plan(settings);
              settings.rejectUnknown();
              return planned;
            });
    try (Interrupt interrupt = new Interrupt()) {
      Outcome outcome =
          plan.run(this::base, new RunFolder(out, resume, Bars.FACTORY, interrupt::arm));
      System.err.println(outcome.what() + " written to " + outcome.written());
      return print(outcome.summary());
    }
  }

  private Map<String, Object> readConfig() throws IOException {
    try {
      Map<String, Object> read =
          new YAMLMapper().readValue(config.path().toFile(), new TypeReference<>() {});
      return read == null ? Map.of() : read;
    } catch (JacksonException e) {
      String why = config.path() + ": not YAML settings: " + e.getOriginalMessage();
      throw new ParameterException(spec.commandLine(), why, e);
    }
  }
}
