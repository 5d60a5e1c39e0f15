package org.align4j.examples.cli;

import org.align4j.policy.online.RlooConfig;
import picocli.CommandLine.Command;

@Command(
    name = "rloo",
    mixinStandardHelpOptions = true,
    description = "REINFORCE with a leave-one-out baseline, KL in the reward.")
final class TrainRlooCommand extends OnlineTraining {
  TrainRlooCommand() {
    super(RlooConfig.defaults(), RlooConfig::read);
  }
}
