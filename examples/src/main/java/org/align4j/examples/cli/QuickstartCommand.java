package org.align4j.examples.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "quickstart", mixinStandardHelpOptions = true)
final class QuickstartCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new IllegalStateException("being written");
  }
}
