package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Merges an adapter and writes a Hugging Face folder.")
final class ExportCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws java.io.IOException {
    model.forOne().saveMerged(out);
    System.err.println("model written to " + out);
    output.print(Map.of("out", out.toString()));
    return 0;
  }
}
