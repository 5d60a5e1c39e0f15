package org.align4j.examples.cli;

import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.examples.bench.OnlineBench;
import org.align4j.policy.online.Critic;
import org.align4j.policy.online.GrpoConfig;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.policy.online.PpoConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Times the work that the peers' scripts time.",
    subcommands = {BenchDpoCommand.class, BenchGenerateCommand.class, BenchStartupCommand.class})
final class BenchCommand {
  /** Adds one subcommand an online method. */
  static void addMethods(CommandLine bench) {
    add(
        bench,
        "ppo",
        "Times PPO rounds of 8 prompts x 8 completions, KL in the reward, the critic a value head on"
            + " the policy.",
        PpoConfig.defaults().rollouts(OnlineBench.rollouts()).critic(Critic.SHARED));
    add(
        bench,
        "grpo",
        "Times GRPO rounds of 8 prompts x 8 completions, KL to the reference in the loss.",
        GrpoConfig.defaults()
            .rollouts(OnlineBench.rollouts())
            .objective(GrpoObjective.of(GrpoLoss.DAPO, 0.04, 64)));
  }

  private static void add(CommandLine bench, String name, String description, OnlineMethod method) {
    CommandLine line = new CommandLine(new BenchOnlineCommand(method));
    line.getCommandSpec().usageMessage().description(description);
    bench.addSubcommand(name, line);
  }
}
