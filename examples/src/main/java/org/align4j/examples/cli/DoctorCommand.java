package org.align4j.examples.cli;

import java.util.concurrent.Callable;
import org.align4j.examples.doctor.DoctorReport;
import org.align4j.examples.terminal.Bars;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Prints what this machine has, and which kernels run on it and why.")
final class DoctorCommand implements Callable<Integer> {
  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    DoctorReport report = DoctorReport.take(Bars.FACTORY);
    System.out.print(report.text());
    output.print(report.json());
    return 0;
  }
}
