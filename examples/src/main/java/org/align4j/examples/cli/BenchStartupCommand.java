package org.align4j.examples.cli;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.policy.ChatModel;
import org.align4j.policy.generate.SamplingParams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "startup",
    mixinStandardHelpOptions = true,
    description = "Times this process from the JVM's start to the first token of an answer.")
final class BenchStartupCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    ChatModel chat = model.forOne();
    double read = secondsSinceStart();
    chat.generate(List.of("Name a colour."), SamplingParams.greedy(1));
    output.print(Map.of("seconds_to_first_token", secondsSinceStart(), "seconds_to_model", read));
    return 0;
  }

  private static double secondsSinceStart() {
    long started = ManagementFactory.getRuntimeMXBean().getStartTime();
    return (System.currentTimeMillis() - started) / 1e3;
  }
}
