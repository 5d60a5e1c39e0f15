package org.align4j.examples.cli;

import java.util.List;
import java.util.function.Supplier;
import org.align4j.core.ConfigurationException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Tells what is wrong with a command line from what fails while it runs: exit codes 2 and 1. */
final class WrongUse {
  private WrongUse() {}

  /** Reads what the user chose; values that cannot be are wrong use. */
  static <T> T checked(CommandSpec spec, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (ConfigurationException | IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Refuses options that the command line names, but that another option makes useless. */
  static void refuse(CommandSpec spec, List<String> options, String why) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(spec.commandLine(), option + " " + why);
      }
    }
  }
}
