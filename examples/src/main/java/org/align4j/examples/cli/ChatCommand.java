package org.align4j.examples.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.policy.ChatModel;
import org.align4j.policy.ChatSession;
import org.align4j.policy.generate.SamplingParams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    description = "Talks with a model; an empty line or end of input ends it.")
final class ChatCommand implements Callable<Integer> {
  @Mixin DialledModelOptions model;

  @Option(names = "--prompt", description = "Answer this and end.")
  String prompt;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "256",
      description = "Default ${DEFAULT-VALUE}.")
  int maxNewTokens;

  @Option(names = "--temperature", defaultValue = "0", description = "0 = greedy (default).")
  double temperature;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    SamplingParams params =
        new SamplingParams(maxNewTokens, temperature, 0, 1, 1, System.nanoTime());
    try (ChatModel chat = model.forOne();
        ChatSession session = chat.session(params)) {
      if (prompt == null) {
        talk(session);
      } else {
        String answer = session.say(prompt);
        System.out.println(answer);
        output.print(Map.of("prompt", prompt, "completion", answer));
      }
    }
    return 0;
  }

  private static void talk(ChatSession session) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.err.print("> ");
    for (String line = lines.readLine(); line != null && !line.isBlank(); line = lines.readLine()) {
      System.out.println(session.say(line));
      System.err.print("> ");
    }
  }
}
