package org.align4j.examples.cli;

import org.align4j.examples.bench.OnlineBench;
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
    new NamedCommands(bench)
        .add(
            "ppo",
            "Times PPO rounds of 8 prompts x 8 completions, KL in the reward, the critic a value head"
                + " on the policy.",
            new BenchOnlineCommand(OnlineBench.ppo()))
        .add(
            "grpo",
            "Times GRPO rounds of 8 prompts x 8 completions, KL to the reference in the loss.",
            new BenchOnlineCommand(OnlineBench.grpo()));
  }
}
