package org.align4j.examples.cli;

import java.util.List;
import org.align4j.reward.recipe.EncoderRewardRecipe;
import org.align4j.reward.recipe.Recipe;
import org.align4j.reward.recipe.RewardRecipe;
import picocli.CommandLine.Option;

/** Training of a reward model. */
final class TrainRewardCommand extends RowTraining {
  /** What a frozen sentence encoder with a small head has no use for. */
  private static final List<String> NOT_FOR_ENCODERS =
      List.of("--model", "--adapter", "--dtype", "--eval-data", "--resume");

  enum Kind {
    transformer,
    encoder
  }

  @Option(
      names = "--kind",
      defaultValue = "transformer",
      description =
          "transformer: the model with a scalar head; encoder: a frozen sentence encoder with a"
              + " DL4J head, trained in seconds (default: ${DEFAULT-VALUE}).")
  Kind kind;

  @Override
  Recipe recipe() {
    if (kind == Kind.transformer) {
      return new RewardRecipe(files(), adapter());
    }
    refuse(NOT_FOR_ENCODERS, "has no effect with --kind encoder; leave it out");
    return new EncoderRewardRecipe(data.path());
  }
}
