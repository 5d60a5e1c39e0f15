package org.align4j.examples.cli;

import org.align4j.policy.online.GrpoConfig;
import picocli.CommandLine.Command;

@Command(
    name = "grpo",
    mixinStandardHelpOptions = true,
    description = "GRPO and its family (loss_type), GSPO (importance_sampling_level=sequence).")
final class TrainGrpoCommand extends OnlineTraining {
  TrainGrpoCommand() {
    super(GrpoConfig.defaults(), GrpoConfig::read);
  }
}
