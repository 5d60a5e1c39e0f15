package org.align4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.Settings;
import org.align4j.policy.online.Critic;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.policy.online.PpoConfig;
import org.align4j.reward.TransformerReward;
import picocli.CommandLine.Command;

@Command(
    name = "ppo",
    mixinStandardHelpOptions = true,
    description = "PPO with a critic: separate, shared, or the folder of a reward model (critic).")
final class TrainPpoCommand extends OnlineTraining {
  TrainPpoCommand() {
    super(PpoConfig.defaults(), TrainPpoCommand::read);
  }

  private static OnlineMethod read(Settings settings) {
    return PpoConfig.defaults().critic(critic(settings.text("critic", "separate"))).with(settings);
  }

  private static Critic critic(String kind) {
    if (kind.equals("separate")) {
      return Critic.SEPARATE;
    }
    if (kind.equals("shared")) {
      return Critic.SHARED;
    }
    Path folder = Path.of(kind);
    if (!Files.isDirectory(folder)) {
      throw new ConfigurationException(
          "critic is \"" + kind + "\"; expected separate, shared or the folder of a reward model");
    }
    return source -> source.startingAs(TransformerReward.load(folder).model());
  }
}
