package org.align4j.examples.cli;

import picocli.CommandLine.Command;

@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains a model.",
    subcommands = {
      TrainSftCommand.class,
      TrainDpoCommand.class,
      TrainKtoCommand.class,
      TrainOrpoCommand.class,
      TrainCpoCommand.class,
      TrainRewardCommand.class,
      TrainPpoCommand.class,
      TrainGrpoCommand.class,
      TrainRlooCommand.class,
      TrainReinforcePlusPlusCommand.class,
      TrainOnlineDpoCommand.class,
      TrainDistillCommand.class
    })
final class TrainCommand {}
