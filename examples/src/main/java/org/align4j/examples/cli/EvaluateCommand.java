package org.align4j.examples.cli;

import picocli.CommandLine.Command;

@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = "Measures a model.",
    subcommands = {EvaluateRefusalCommand.class, EvaluateRewardCommand.class})
final class EvaluateCommand {}
