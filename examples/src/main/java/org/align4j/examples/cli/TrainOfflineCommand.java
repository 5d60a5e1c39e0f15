package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import org.align4j.reward.recipe.OfflineRecipe;
import org.align4j.reward.recipe.Recipe;
import org.align4j.reward.recipe.RowFiles;
import picocli.CommandLine.Option;

/** Training on recorded rows: SFT, DPO, ORPO, CPO, KTO. */
final class TrainOfflineCommand extends RowTraining {
  @Option(
      names = "--retain",
      paramLabel = "FILE[:COLUMN]",
      description =
          "Prompts after which the first token of an answer stays as likely as it was; settings"
              + " retention_*.")
  ExistingPrompts retained;

  private final BiFunction<RowFiles, Optional<Path>, OfflineRecipe<?>> recipe;

  TrainOfflineCommand(BiFunction<RowFiles, Optional<Path>, OfflineRecipe<?>> recipe) {
    this.recipe = recipe;
  }

  @Override
  Recipe recipe() {
    return recipe
        .apply(files(), adapter())
        .retaining(Optional.ofNullable(retained).map(ExistingPrompts::file));
  }
}
