package org.align4j.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.align4j.core.ConfigurationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command with the {@code --json} option. Tells what is wrong with a command line from what fails
 * while it runs: exit codes 2 and 1.
 */
@Command(mixinStandardHelpOptions = true)
abstract class JsonCommand implements Callable<Integer> {
  /** The whole description of an option that its name explains. */
  static final String DEFAULT = "Default ${DEFAULT-VALUE}.";

  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "Print one JSON object last.")
  boolean json;

  @Spec CommandSpec spec;

  /** Prints what the command found where {@code --json} asks for it; the exit code of success. */
  final int print(Object found) {
    if (json) {
      try {
        System.out.println(JSON.writeValueAsString(found));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
    return 0;
  }

  /** Reads what the user chose; values that cannot be are wrong use. */
  final <T> T checked(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (ConfigurationException | IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** What ends the command as wrong use. */
  final ParameterException wrongUse(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  /** Refuses options that the command line names, but that another option makes useless. */
  final void refuse(List<String> options, String why) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw wrongUse(option + " " + why);
      }
    }
  }
}
