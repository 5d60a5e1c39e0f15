package org.align4j.examples.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.run.Settings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options and settings that all trainers share; keys and defaults are TRL's. */
final class TrainingOptions {
  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Option(
      names = "--config",
      converter = ExistingPath.class,
      description = "YAML file of settings.")
  Path config;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "Overrides one setting; repeatable.")
  List<String> overrides = new ArrayList<>();

  @Option(names = "--resume", description = "Go on from the last checkpoint in the output folder.")
  boolean resume;

  Settings settings(CommandSpec spec) throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    if (config != null) {
      try {
        Map<String, Object> read =
            new YAMLMapper().readValue(config.toFile(), new TypeReference<>() {});
        if (read != null) {
          values.putAll(read);
        }
      } catch (com.fasterxml.jackson.core.JacksonException e) {
        throw new ParameterException(
            spec.commandLine(), config + ": not YAML settings: " + e.getOriginalMessage(), e);
      }
    }
    Settings settings = new Settings(values);
    return WrongUse.checked(
        spec,
        () -> {
          overrides.forEach(settings::override);
          return settings;
        });
  }
}
