package org.align4j.examples.bench;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.align4j.policy.ChatModel;
import org.align4j.policy.generate.SamplingParams;

/** Times this process from the JVM's start. */
public final class StartupBench {
  private StartupBench() {}

  /**
   * Loads a model and generates one token.
   *
   * @param loading reads the model
   * @return what is printed as JSON: {@code seconds_to_model} and {@code seconds_to_first_token}
   */
  public static Map<String, Object> run(Supplier<ChatModel> loading) {
    ChatModel model = loading.get();
    double read = secondsSinceStart();
    model.generate(List.of("Name a colour."), SamplingParams.greedy(1));
    return Map.of("seconds_to_first_token", secondsSinceStart(), "seconds_to_model", read);
  }

  private static double secondsSinceStart() {
    long started = ManagementFactory.getRuntimeMXBean().getStartTime();
    return (System.currentTimeMillis() - started) / 1e3;
  }
}
