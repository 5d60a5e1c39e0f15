package org.align4j.examples.cli;

import java.util.Optional;
import org.align4j.reward.recipe.RowFiles;
import picocli.CommandLine.Option;

/** Training on recorded rows. */
abstract class RowTraining extends Training {
  @Option(names = "--data", required = true, description = "JSONL, JSON or CSV in a TRL layout.")
  ExistingPath data;

  @Option(names = "--eval-data", description = "Held-out rows in the same layout.")
  ExistingPath evalData;

  final RowFiles files() {
    return new RowFiles(data.path(), Optional.ofNullable(evalData).map(ExistingPath::path));
  }
}
