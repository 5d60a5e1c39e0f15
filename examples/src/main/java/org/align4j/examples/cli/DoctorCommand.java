package org.align4j.examples.cli;

import org.align4j.examples.doctor.DoctorReport;
import org.align4j.examples.terminal.Bars;
import picocli.CommandLine.Command;

@Command(
    name = "doctor",
    description = "Prints what this machine has, and which kernels run on it and why.")
final class DoctorCommand extends JsonCommand {
  @Override
  public Integer call() {
    DoctorReport report = DoctorReport.take(Bars.FACTORY);
    System.out.print(report.text());
    return print(report.json());
  }
}
