package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.align4j.examples.quickstart.Quickstart;
import org.align4j.examples.quickstart.QuickstartConfig;
import org.align4j.examples.quickstart.QuickstartJson;
import org.align4j.examples.quickstart.QuickstartReport;
import org.align4j.examples.terminal.Bars;
import org.align4j.examples.terminal.Interrupt;
import org.align4j.policy.ChatModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "quickstart",
    description = {
      "Teaches a chat model to refuse harmful requests and only those.",
      "Measures it, builds a gate into an adapter, trains it, measures again.",
      "Writes adapter, metrics, samples and report."
    })
final class QuickstartCommand extends JsonCommand {
  private static final double FAST_MINUTES = 3;

  @Option(
      names = "--model",
      defaultValue = "smollm2",
      description = "A folder, a GGUF file, a Hugging Face id, or smollm2 (default).")
  String model;

  @Option(names = "--out", defaultValue = "runs/quickstart", description = DEFAULT)
  Path out;

  @Option(
      names = "--minutes",
      defaultValue = "10",
      description =
          "Amount of work: minutes on two cores with AVX2 (${DEFAULT-VALUE}); fixed steps anywhere.")
  double minutes;

  @Option(
      names = "--fast",
      description = "A third of the work, for a slow machine or a first look.")
  boolean fast;

  @Option(
      names = "--harmful-rate",
      defaultValue = "0.885",
      description =
          "Share of its harmful training requests that the gate must catch (${DEFAULT-VALUE}).")
  double harmfulRate;

  @Option(names = "--seed", defaultValue = "7", description = "Of everything random.")
  long seed;

  @Override
  public Integer call() throws IOException {
    QuickstartConfig config =
        checked(
            () ->
                QuickstartConfig.of(fast ? FAST_MINUTES : minutes)
                    .withHarmfulRate(harmfulRate)
                    .withSeed(seed));
    Quickstart.Outcome outcome;
    try (Interrupt interrupt = new Interrupt()) {
      Quickstart quickstart =
          new Quickstart(
              ChatModel.load(model, Bars.FACTORY), config, out, Bars.FACTORY, interrupt.arm());
      outcome = quickstart.run();
    }
    if (outcome instanceof Quickstart.Result result) {
      System.out.println(QuickstartReport.summary(result, model, out));
      return print(QuickstartJson.of(result));
    }
    System.err.println(((Quickstart.Stopped) outcome).message());
    return 1;
  }
}
