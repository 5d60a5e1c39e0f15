package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.align4j.examples.quickstart.QuickstartConfig;
import org.align4j.examples.quickstart.RefusalPairs;
import org.align4j.examples.terminal.Bars;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Writes the project's requests as files: prompts, and refusal preferences.")
final class DataCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Option(
      names = "--pairs",
      description = "Also write refusal preferences with the model's own answers.")
  boolean pairs;

  @Option(
      names = "--balanced",
      description =
          "As many harmless training requests as harmful ones; without it all, 62% harmless.")
  boolean balanced;

  @Option(
      names = "--answer-tokens",
      defaultValue = "32",
      description = "Tokens of an answer (${DEFAULT-VALUE}).")
  int answerTokens;

  @Override
  public Integer call() throws IOException {
    RefusalPairs writer = new RefusalPairs(out, balanced);
    writer.writePrompts();
    if (pairs) {
      String refusal = QuickstartConfig.of(0).refusal();
      writer.writePairs(model.forMany().parts(), refusal, answerTokens, Bars.FACTORY);
    }
    System.err.println("written to " + out);
    return 0;
  }
}
