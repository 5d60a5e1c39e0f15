package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.align4j.reward.recipe.RowFiles;
import picocli.CommandLine.Option;

/** The files of training on recorded rows. */
final class RowOptions {
  @Option(
      names = "--data",
      required = true,
      converter = ExistingPath.class,
      description = "JSONL, JSON or CSV in a TRL layout.")
  Path data;

  @Option(
      names = "--eval-data",
      converter = ExistingPath.class,
      description = "Held-out rows in the same layout.")
  Path evalData;

  RowFiles files() {
    return new RowFiles(data, Optional.ofNullable(evalData));
  }
}
