package org.align4j.examples.cli;

import java.util.concurrent.Callable;
import org.align4j.core.data.PromptFile;
import org.align4j.examples.bench.GenerateBench;
import org.align4j.examples.terminal.Bars;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Times greedy generation for the prompts of a file; the model is loaded before.")
final class BenchGenerateCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE[:COLUMN]",
      converter = ExistingPrompts.class)
  PromptFile prompts;

  @Option(names = "--batch", defaultValue = "16", description = "Default ${DEFAULT-VALUE}.")
  int batch;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "64",
      description = "Default ${DEFAULT-VALUE}.")
  int maxNewTokens;

  @Option(
      names = "--repeat",
      defaultValue = "1",
      description =
          "Times that it is done; the JVM compiles in the first. Default ${DEFAULT-VALUE}.")
  int repeat;

  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    GenerateBench bench = new GenerateBench(batch, maxNewTokens, repeat);
    output.print(bench.run(model.forMany(), prompts.read(), Bars.FACTORY));
    return 0;
  }
}
