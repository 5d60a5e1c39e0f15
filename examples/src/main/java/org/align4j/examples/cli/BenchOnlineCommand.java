package org.align4j.examples.cli;

import java.io.IOException;
import org.align4j.examples.bench.OnlineBench;
import org.align4j.policy.online.OnlineMethod;
import picocli.CommandLine.Option;

/** Times rounds of an online method, rollout and update. */
final class BenchOnlineCommand extends ModelCommand {
  private final OnlineMethod method;

  BenchOnlineCommand(OnlineMethod method) {
    this.method = method;
  }

  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE[:COLUMN]",
      description = "At least 8 prompts.")
  ExistingPrompts prompts;

  @Option(
      names = "--steps",
      defaultValue = "5",
      description = "Rounds; in the first ones the JVM compiles. Default ${DEFAULT-VALUE}.")
  int steps;

  @Option(names = "--max-new-tokens", defaultValue = "64", description = DEFAULT)
  int tokens;

  @Override
  public Integer call() throws IOException {
    return print(new OnlineBench(method, steps, tokens).run(base(), prompts.file()));
  }
}
