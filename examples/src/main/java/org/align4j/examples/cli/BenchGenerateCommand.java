package org.align4j.examples.cli;

import org.align4j.examples.bench.GenerateBench;
import org.align4j.examples.terminal.Bars;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "generate",
    description = "Times greedy generation for the prompts of a file; the model is loaded before.")
final class BenchGenerateCommand extends ModelCommand {
  @Option(names = "--prompts", required = true, paramLabel = "FILE[:COLUMN]")
  ExistingPrompts prompts;

  @Option(names = "--batch", defaultValue = "16", description = DEFAULT)
  int batch;

  @Option(names = "--max-new-tokens", defaultValue = "64", description = DEFAULT)
  int maxNewTokens;

  @Option(
      names = "--repeat",
      defaultValue = "1",
      description =
          "Times that it is done; the JVM compiles in the first. Default ${DEFAULT-VALUE}.")
  int repeat;

  @Override
  public Integer call() {
    GenerateBench bench = new GenerateBench(batch, maxNewTokens, repeat);
    return print(bench.run(forMany(), prompts.file().read(), Bars.FACTORY));
  }
}
