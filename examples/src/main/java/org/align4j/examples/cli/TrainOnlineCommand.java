package org.align4j.examples.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.align4j.reward.recipe.OnlineRecipe;
import org.align4j.reward.recipe.Recipe;
import org.align4j.reward.spec.RewardSpecs;
import picocli.CommandLine.Option;

/** Training on the model's own completions: PPO, GRPO, RLOO, REINFORCE++, online DPO. */
final class TrainOnlineCommand extends Training {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE[:COLUMN]",
      description =
          "Prompts: JSONL, JSON, CSV or text lines; without a column a usual name is looked for."
              + " Recorded completions are not read.")
  ExistingPrompts data;

  @Option(names = "--reward", required = true, paramLabel = "SPEC", description = RewardSpecs.HELP)
  List<String> rewards = new ArrayList<>();

  private final Function<OnlineRecipe.Task, Recipe> recipe;

  TrainOnlineCommand(Function<OnlineRecipe.Task, Recipe> recipe) {
    this.recipe = recipe;
  }

  @Override
  Recipe recipe() {
    return recipe.apply(new OnlineRecipe.Task(data.file(), rewards, adapter()));
  }
}
