package org.align4j.jmh;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * JMH with its own command line ({@code [regex] -p name=values -f forks ...}), always with the
 * machine's peaks measured in the same run. Results go to {@code runs/jmh.json}, unless {@code
 * -rff} names another file, and to the screen as a table. {@code products} prints {@link
 * ProductTable} instead.
 */
public final class Jmh {
  private static final Path RESULTS = Path.of("runs", "jmh.json");

  private Jmh() {}

  /** Runs the benchmarks. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 0 && arguments[0].equals("products")) {
      ProductTable.print(Arrays.copyOfRange(arguments, 1, arguments.length));
      return;
    }
    CommandLineOptions given = new CommandLineOptions(arguments);
    if (given.shouldHelp()) {
      given.showHelp();
      return;
    }
    if (given.shouldList()) {
      new Runner(given).list();
      return;
    }
    ChainedOptionsBuilder options =
        new OptionsBuilder().parent(given).resultFormat(ResultFormatType.JSON);
    Path file = Path.of(given.getResult().orElse(RESULTS.toString()));
    Files.createDirectories(file.toAbsolutePath().getParent());
    options.result(file.toString());
    if (!given.getIncludes().isEmpty()) {
      options.include(PeakBenchmark.class.getSimpleName());
    }
    Collection<RunResult> results = new Runner(options.build()).run();
    System.out.println();
    System.out.print(Roofline.of(results).table(results));
    System.out.println("results: " + file);
  }
}
