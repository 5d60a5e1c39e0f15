package org.align4j.examples.cli;

import picocli.CommandLine;

/** Subcommands that one class makes under several names, each with a description of its own. */
record NamedCommands(CommandLine parent) {
  NamedCommands add(String name, String description, Object command) {
    CommandLine line = new CommandLine(command);
    line.getCommandSpec().usageMessage().description(description);
    parent.addSubcommand(name, line);
    return this;
  }
}
