package org.align4j.examples.cli;

import org.align4j.examples.bench.OnlineBench;
import org.align4j.policy.online.Critic;
import org.align4j.policy.online.PpoConfig;
import picocli.CommandLine.Command;

@Command(
    name = "ppo",
    mixinStandardHelpOptions = true,
    description =
        "Times PPO rounds of 8 prompts x 8 completions, KL in the reward, the critic a value head on"
            + " the policy.")
final class BenchPpoCommand extends BenchOnline {
  BenchPpoCommand() {
    super(PpoConfig.defaults().rollouts(OnlineBench.rollouts()).critic(Critic.SHARED));
  }
}
