package org.align4j.examples.cli;

import picocli.CommandLine.Command;

@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Times the work that the peers' scripts time.",
    subcommands = {
      BenchDpoCommand.class,
      BenchPpoCommand.class,
      BenchGrpoCommand.class,
      BenchGenerateCommand.class,
      BenchStartupCommand.class
    })
final class BenchCommand {}
