package org.align4j.examples.cli;

import org.align4j.policy.online.ReinforcePlusPlusConfig;
import picocli.CommandLine.Command;

@Command(
    name = "reinforce-pp",
    mixinStandardHelpOptions = true,
    description = "REINFORCE++: PPO's clip without a critic; baseline=true takes group means off.")
final class TrainReinforcePlusPlusCommand extends OnlineTraining {
  TrainReinforcePlusPlusCommand() {
    super(ReinforcePlusPlusConfig.defaults(), ReinforcePlusPlusConfig::read);
  }
}
