package org.align4j.examples.cli;

import picocli.CommandLine.Command;

@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains a model.",
    subcommands = {TrainSftCommand.class, TrainDpoCommand.class})
final class TrainCommand {}
