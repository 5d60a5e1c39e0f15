package org.align4j.examples.cli;

import java.util.concurrent.Callable;
import org.align4j.core.data.PromptFile;
import org.align4j.examples.bench.OnlineBench;
import org.align4j.policy.online.OnlineMethod;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Times rounds of an online method, rollout and update. */
@Command(mixinStandardHelpOptions = true)
final class BenchOnlineCommand implements Callable<Integer> {
  private final OnlineMethod method;

  BenchOnlineCommand(OnlineMethod method) {
    this.method = method;
  }

  @Mixin ModelOptions model;

  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE[:COLUMN]",
      converter = ExistingPrompts.class,
      description = "At least 8 prompts.")
  PromptFile prompts;

  @Option(
      names = "--steps",
      defaultValue = "5",
      description =
          "Rounds, of which the first are slow: the JVM compiles. Default ${DEFAULT-VALUE}.")
  int steps;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "64",
      description = "Default ${DEFAULT-VALUE}.")
  int tokens;

  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    output.print(new OnlineBench(method, steps, tokens).run(model.base(), prompts));
    return 0;
  }
}
