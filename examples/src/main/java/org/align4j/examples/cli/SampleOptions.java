package org.align4j.examples.cli;

import java.util.List;
import org.align4j.core.data.PromptFile;
import picocli.CommandLine.Option;

/** The options that choose some rows of a file of prompts. */
final class SampleOptions {
  @Option(
      names = "--limit",
      defaultValue = "0",
      description = "Sample this many rows a file by seed; 0 = all.")
  int limit;

  @Option(names = "--seed", defaultValue = "0", description = "Default ${DEFAULT-VALUE}.")
  long seed;

  List<String> of(PromptFile file) {
    return file.sample(limit, seed);
  }
}
