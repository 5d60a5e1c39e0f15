package org.align4j.examples.cli;

import org.align4j.policy.online.OnlineDpoConfig;
import picocli.CommandLine.Command;

@Command(
    name = "online-dpo",
    mixinStandardHelpOptions = true,
    description = "DPO on the best and the worst of the model's own completions.")
final class TrainOnlineDpoCommand extends OnlineTraining {
  TrainOnlineDpoCommand() {
    super(OnlineDpoConfig.defaults(), OnlineDpoConfig::read);
  }
}
