package org.align4j.examples.cli;

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
}
