package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import org.align4j.reward.recipe.Recipe;
import org.align4j.reward.recipe.RowFiles;
import picocli.CommandLine.Mixin;

/** Training on recorded rows: SFT, DPO, ORPO, CPO, KTO. */
final class TrainOfflineCommand extends Training {
  @Mixin RowOptions rows;

  private final BiFunction<RowFiles, Optional<Path>, Recipe> recipe;

  TrainOfflineCommand(BiFunction<RowFiles, Optional<Path>, Recipe> recipe) {
    this.recipe = recipe;
  }

  @Override
  Recipe recipe() {
    return recipe.apply(rows.files(), adapter());
  }
}
