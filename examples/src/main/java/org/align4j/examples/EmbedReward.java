package org.align4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.policy.ChatModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.reward.RewardModel;
import org.align4j.reward.RewardTrainer;

/**
 * Trains a reward model on preference pairs and scores with it. Arguments: pairs, output, and a
 * model if it is to be a transformer; without one the reward model is a head on a sentence encoder.
 */
public final class EmbedReward {
  private EmbedReward() {}

  /**
   * Trains, saves, loads and prints the accuracy on the pairs and two scores.
   *
   * @param arguments pairs, output folder and perhaps a model
   * @throws IOException if the model cannot be written
   */
  public static void main(String... arguments) throws IOException {
    List<PreferencePair> pairs = TrlRows.preferences(Path.of(arguments[0]));
    Path out = Path.of(arguments[1]);
    RewardTrainer trainer =
        arguments.length < 3 ? RewardTrainer.encoder() : transformer(arguments[2], out);
    System.out.println("accuracy " + train(trainer, pairs, out.resolve("reward")));
    try (RewardModel reward = RewardModel.load(out.resolve("reward"))) {
      String prompt = "How do I bake bread?";
      System.out.println(reward.score(prompt, "Mix flour, water, salt and yeast."));
      System.out.println(reward.score(prompt, "I can't help with that."));
    }
  }

  static RewardTrainer transformer(String name, Path out) {
    ChatModel base = ChatModel.load(name).withLora(LoraConfig.allLinear(16, 32));
    return RewardTrainer.transformer(base).config(c -> c.epochs(1)).output(out);
  }

  /** Both kinds are trained and used alike. */
  static double train(RewardTrainer trainer, List<PreferencePair> pairs, Path folder)
      throws IOException {
    try (RewardModel reward = trainer.fit(pairs)) {
      reward.save(folder);
      return reward.evaluate(pairs).accuracy().value();
    }
  }
}
