package org.align4j.examples.cli;

import java.nio.file.Path;
import org.align4j.core.run.Settings;
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

  /** Settings for reading keys that have an effect only with held-out rows. */
  Settings evaluated(Settings settings) {
    return settings.when(evalData != null, "with --eval-data");
  }
}
