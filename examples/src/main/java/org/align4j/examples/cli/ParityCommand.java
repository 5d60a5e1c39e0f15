package org.align4j.examples.cli;

import org.align4j.examples.parity.Parity;
import org.align4j.examples.parity.ParityReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "parity",
    description = "Compares log-probs, losses and gradients with fixtures computed by the peers.")
final class ParityCommand extends JsonCommand {
  @Parameters(
      paramLabel = "DIR",
      description = "A fixture folder: models/, objectives/, pairs.jsonl.")
  ExistingPath folder;

  @Override
  public Integer call() {
    System.out.println(ParityReport.header());
    ParityReport report =
        new ParityReport(
            Parity.run(folder.path(), result -> System.out.println(ParityReport.line(result))));
    System.out.println(report.counts());
    print(report.json());
    return report.passed() ? 0 : 1;
  }
}
