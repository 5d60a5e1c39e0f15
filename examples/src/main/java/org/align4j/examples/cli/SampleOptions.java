package org.align4j.examples.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** The options that choose some rows of a file of prompts. */
final class SampleOptions {
  @Option(names = "--limit", description = "Sample this many rows a file by seed; 0 = all.")
  int limit;

  @Option(names = "--seed", defaultValue = "0", description = JsonCommand.DEFAULT)
  long seed;

  List<String> of(ExistingPrompts prompts) {
    return prompts.file().sample(limit, seed);
  }
}
