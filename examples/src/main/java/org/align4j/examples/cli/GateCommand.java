package org.align4j.examples.cli;

import picocli.CommandLine.Command;

@Command(
    name = "gate",
    mixinStandardHelpOptions = true,
    description = "A gate that refuses harmful requests before the model answers.",
    subcommands = {GateFitCommand.class, GateScoreCommand.class})
final class GateCommand {}
