package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.align4j.examples.parity.Parity;
import org.align4j.examples.parity.ParityReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "parity",
    mixinStandardHelpOptions = true,
    description = "Compares log-probs, losses and gradients with fixtures computed by the peers.")
final class ParityCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      converter = ExistingPath.class,
      description = "A fixture folder: models/, objectives/, pairs.jsonl.")
  Path folder;

  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    System.out.println(ParityReport.header());
    ParityReport report =
        new ParityReport(
            Parity.run(folder, result -> System.out.println(ParityReport.line(result))));
    System.out.println(report.counts());
    output.print(report.json());
    return report.passed() ? 0 : 1;
  }
}
