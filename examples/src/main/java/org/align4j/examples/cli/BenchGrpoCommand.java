package org.align4j.examples.cli;

import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.examples.bench.OnlineBench;
import org.align4j.policy.online.GrpoConfig;
import picocli.CommandLine.Command;

@Command(
    name = "grpo",
    mixinStandardHelpOptions = true,
    description =
        "Times GRPO rounds of 8 prompts x 8 completions, KL to the reference in the loss.")
final class BenchGrpoCommand extends BenchOnline {
  BenchGrpoCommand() {
    super(
        GrpoConfig.defaults()
            .rollouts(OnlineBench.rollouts())
            .objective(GrpoObjective.of(GrpoLoss.DAPO, 0.04, 64)));
  }
}
