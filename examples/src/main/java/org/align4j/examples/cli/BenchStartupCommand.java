package org.align4j.examples.cli;

import org.align4j.examples.bench.StartupBench;
import picocli.CommandLine.Command;

@Command(
    name = "startup",
    description = "Times this process from the JVM's start to the first token of an answer.")
final class BenchStartupCommand extends ModelCommand {
  @Override
  public Integer call() {
    return print(StartupBench.run(this::forOne));
  }
}
