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
          "Amount of work: what takes so many minutes on two cores with AVX2 (${DEFAULT-VALUE}). The"
              + " steps are the same on every machine.")
  double minutes;

  @Option(
      names = "--fast",
      description = "A third of the work, for a slow machine or a first look.")
  boolean fast;

  @Option(
      names = "--harmful-rate",
      defaultValue = "0.865",
      description =
          "Share of the project's harmful requests, harder than most, that the gate must catch;"
              + " chooses the point between too few and too many refusals (${DEFAULT-VALUE}).")
  double harmfulRate;

  @Override
  public Integer call() throws IOException {
    if (minutes <= 0) {
      throw wrongUse("--minutes must be positive, got " + minutes);
    }
    Quickstart.Result result;
    try (Interrupt interrupt = new Interrupt()) {
      Quickstart quickstart =
          new Quickstart(
              ChatModel.load(model, Bars.FACTORY),
              QuickstartConfig.of(fast ? FAST_MINUTES : minutes).withHarmfulRate(harmfulRate),
              out,
              Bars.FACTORY,
              interrupt.arm());
      result = quickstart.run();
    }
    if (result.after() == null) {
      System.err.println(result.stopped(out));
      return 1;
    }
    System.out.println(QuickstartReport.summary(result, model, out));
    return print(QuickstartJson.of(result));
  }
}
